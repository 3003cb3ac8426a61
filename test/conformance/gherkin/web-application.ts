/** {@link Application} on the SDK of pages: evaluation at once, for the context that was set before. */
import { isDeepStrictEqual } from 'node:util'
import {
  type Client,
  type EvaluationContext,
  NOOP_PROVIDER,
  OpenFeature,
  type Provider,
  ProviderEvents,
} from '@openfeature/web-sdk'
import {
  type Application,
  type Details,
  type FlagRequest,
  lifeOf,
  newDomain,
  silentLogger,
  type WatchingHook,
} from './application.js'
import { eventNames, flagsChangedIn } from './server-application.js'

OpenFeature.setLogger(silentLogger)

export function webApplication(provider: Provider): Application {
  const domain = newDomain()
  const client = OpenFeature.getClient(domain)
  let context: EvaluationContext = {}
  return {
    ...lifeOf(provider, (bound) => OpenFeature.setProviderAndWait(domain, bound ?? NOOP_PROVIDER, context)),
    status: () => client.providerStatus,
    on: (event, handler) =>
      client.addHandler(ProviderEvents[eventNames[event]], (details?: object) => handler(flagsChangedIn(details))),
    addHook: (hook) => client.addHooks(hook),
    async useContext(next) {
      // A page tells of the user it knows; while there is none, there is nothing to tell.
      if (isDeepStrictEqual(next, context)) return
      context = next
      await OpenFeature.setContext(domain, context)
    },
    evaluate: (flag, hooks = []) => evaluate(client, flag, hooks),
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
