/** {@link Application} on the SDK of servers. */
import {
  AsyncLocalStorageTransactionContextPropagator,
  type Client,
  type EvaluationContext,
  NOOP_PROVIDER,
  OpenFeature,
  type Provider,
  ProviderEvents,
} from '@openfeature/server-sdk'
import {
  type Application,
  type Details,
  type FlagRequest,
  lifeOf,
  newDomain,
  silentLogger,
  type WatchingHook,
} from './application.js'
import type { ContextLevel } from './flag-sets.js'

OpenFeature.setLogger(silentLogger)
OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator())

export function serverApplication(provider: Provider): Application {
  const domain = newDomain()
  const client = OpenFeature.getClient(domain)
  let context: EvaluationContext = {}
  return {
    ...lifeOf(provider, (bound) => OpenFeature.setProviderAndWait(domain, bound ?? NOOP_PROVIDER)),
    status: () => client.providerStatus,
    on: (event, handler) =>
      client.addHandler(ProviderEvents[eventNames[event]], (details) => handler(flagsChangedIn(details))),
    addHook: (hook) => client.addHooks(hook),
    async useContext(next) {
      context = next
    },
    evaluate: (flag, hooks = []) => evaluate(client, flag, context, hooks),
    evaluateWithLevels: (flagKey, levels) => evaluateWithLevels(client, flagKey, levels),
    async close() {
      await OpenFeature.clearProviders()
    },
  }
}

/** By the SDK's names. */
export const eventNames = {
  READY: 'Ready',
  ERROR: 'Error',
  STALE: 'Stale',
  CONFIGURATION_CHANGED: 'ConfigurationChanged',
} as const

/** The flags that an event names. */
export function flagsChangedIn(details: object | undefined): readonly string[] {
  const { flagsChanged = [] }: { readonly flagsChanged?: readonly string[] } = details ?? {}
  return flagsChanged
}

function evaluate(
  client: Client,
  { key, type, defaultValue }: FlagRequest,
  context: EvaluationContext,
  hooks: WatchingHook[],
): Promise<Details> {
  switch (type) {
    case 'Boolean':
      return client.getBooleanDetails(key, defaultValue as boolean, context, { hooks })
    case 'String':
      return client.getStringDetails(key, defaultValue as string, context, { hooks })
    case 'Integer':
    case 'Float':
      return client.getNumberDetails(key, defaultValue as number, context, { hooks })
    case 'Object':
      return client.getObjectDetails(key, defaultValue, context, { hooks })
  }
}

/** The levels of the API and of the client are the SDK's own state, so they are emptied again. */
async function evaluateWithLevels(
  client: Client,
  flagKey: string,
  levels: ReadonlyMap<ContextLevel, EvaluationContext>,
): Promise<string> {
  const at = (level: ContextLevel): EvaluationContext => levels.get(level) ?? {}
  const hook = { before: () => at('Before Hooks') }
  OpenFeature.setContext(at('API'))
  client.setContext(at('Client'))
  try {
    return await new Promise<string>((resolve, reject) => {
      OpenFeature.setTransactionContext(at('Transaction'), () => {
        client.getStringValue(flagKey, 'default', at('Invocation'), { hooks: [hook] }).then(resolve, reject)
      })
    })
  } finally {
    OpenFeature.setContext({})
    client.setContext({})
  }
}
