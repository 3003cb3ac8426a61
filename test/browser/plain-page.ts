/** The application without React, for SDKs that are older than React's. */
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
import { SwitchyardWebProvider } from '@switchyard/openfeature-provider/web'

const { options, context } = window.settings
const client = OpenFeature.getClient()
const root = document.querySelector('main')

function render(): void {
  const { value, reason } = client.getStringDetails('color', 'none')
  if (root !== null) {
    root.innerHTML = '<output id="color"></output><output id="owner"></output>'
    root.children[0]?.append(`${value} ${reason}`)
    root.children[1]?.append(client.getStringValue('owner', 'nobody'))
  }
}

const { Ready, ConfigurationChanged, ContextChanged } = ProviderEvents
for (const event of [Ready, ConfigurationChanged, ContextChanged]) client.addHandler(event, render)
window.page = {
  rendered: [],
  events: [],
  setContext: (next) => OpenFeature.setContext(next),
  status: () => client.providerStatus,
}
OpenFeature.setProvider(new SwitchyardWebProvider(options), context)
