/** The providers that the features are run with. */
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { SwitchyardWebProvider } from '@switchyard/openfeature-provider/web'
import { NodeEventSource } from '../../../provider/test/web/node-event-source.js'
import type { Application } from './application.js'
import { clientKey, serverKey } from './backends.js'
import { serverApplication } from './server-application.js'
import { webApplication } from './web-application.js'

export type ProviderName =
  | 'Switchyard in-process'
  | 'Switchyard remote'
  | 'Switchyard remote, keeping'
  | 'ofrep-provider 0.1.3'
  | 'Switchyard web'
  | 'ofrep-web-provider 0.4.3'

/** @param url where the relay is reached */
type OpenApplication = (url: string, key: string) => Application

/** Sooner than in earnest, so that no scenario waits long. */
const staleAfterMs = 100

const openers: Readonly<Record<ProviderName, { readonly key: string; readonly open: OpenApplication }>> = {
  'Switchyard in-process': {
    key: serverKey,
    open: (url, apiKey) => serverApplication(new SwitchyardProvider({ url, apiKey, staleAfterMs })),
  },
  'Switchyard remote': {
    key: serverKey,
    open: (url, apiKey) => serverApplication(new SwitchyardProvider({ url, apiKey, mode: 'remote' })),
  },
  'Switchyard remote, keeping': {
    key: serverKey,
    open: (url, apiKey) =>
      serverApplication(new SwitchyardProvider({ url, apiKey, mode: 'remote', cachedContexts: 10, staleAfterMs })),
  },
  'ofrep-provider 0.1.3': {
    key: serverKey,
    open: (baseUrl, key) =>
      serverApplication(new OFREPProvider({ baseUrl, headers: { authorization: `Bearer ${key}` } })),
  },
  'Switchyard web': {
    key: clientKey,
    open: (url, apiKey) =>
      webApplication(
        new SwitchyardWebProvider({
          url,
          apiKey,
          cacheMode: 'disabled',
          eventSource: (address) => new NodeEventSource(address),
        }),
      ),
  },
  'ofrep-web-provider 0.4.3': {
    key: clientKey,
    open: (baseUrl, key) => {
      const headers: [string, string][] = [['Authorization', `Bearer ${key}`]]
      const provider = new OFREPWebProvider({ baseUrl, headers, cacheMode: 'disabled' })
      // Its declaration says `hooks: undefined`, which the contract of the SDK does not allow.
      return webApplication(Object.assign(provider, { hooks: [] }))
    },
  },
}

export const providerNames = Object.keys(openers) as ProviderName[]

/** Opens an application with such a provider, with the key that the relay takes or with another one. */
export function openApplication(name: ProviderName, url: string, key: 'right' | 'wrong'): Application {
  const { key: right, open } = openers[name]
  return open(url, key === 'right' ? right : 'no-key-of-the-relay')
}
