/** {@link Application} on the SDK of pages: evaluation at once, for the context that was set before. */
import { type Client, NOOP_PROVIDER, OpenFeature, type Provider, ProviderEvents } from '@openfeature/web-sdk'
import {
  type Application,
  type Details,
  type FlagRequest,
  newDomain,
  silentLogger,
  type WatchingHook,
} from './application.js'
import { eventNames, flagsChangedIn } from './server-application.js'

OpenFeature.setLogger(silentLogger)

export function webApplication(provider: Provider): Application {
  const domain = newDomain()
  const client = OpenFeature.getClient(domain)
  const start = (): Promise<void> => OpenFeature.setProviderAndWait(domain, provider, {}).catch(() => undefined)
  return {
    providerName: provider.metadata.name,
    start,
    begin: () => void start(),
    status: () => client.providerStatus,
    on: (event, handler) =>
      client.addHandler(ProviderEvents[eventNames[event]], (details?: object) => handler(flagsChangedIn(details))),
    addHook: (hook) => client.addHooks(hook),
    useContext: (context) => OpenFeature.setContext(domain, context),
    evaluate: (flag, hooks = []) => evaluate(client, flag, hooks),
    shutDown: async () => provider.onClose?.(),
    async startAgain() {
      await OpenFeature.setProviderAndWait(domain, NOOP_PROVIDER)
      await start()
    },
    async close() {
      await OpenFeature.clearProviders()
      await OpenFeature.clearContexts()
    },
  }
}

function evaluate(client: Client, { key, type, defaultValue }: FlagRequest, hooks: WatchingHook[]): Details {
  switch (type) {
    case 'Boolean':
      return client.getBooleanDetails(key, defaultValue as boolean, { hooks })
    case 'String':
      return client.getStringDetails(key, defaultValue as string, { hooks })
    case 'Integer':
    case 'Float':
      return client.getNumberDetails(key, defaultValue as number, { hooks })
    case 'Object':
      return client.getObjectDetails(key, defaultValue, { hooks })
  }
}
