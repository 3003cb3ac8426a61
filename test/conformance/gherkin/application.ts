/** An application with one provider, as far as the features look at it; the same for the SDK of servers and that of pages. */
import type { EvaluationContext, EvaluationDetails, FlagValue, JsonValue } from '@openfeature/core'
import type { ContextLevel } from './flag-sets.js'

export type FlagType = 'Boolean' | 'String' | 'Integer' | 'Float' | 'Object'

/** One question of the application. */
export interface FlagRequest {
  readonly key: string
  readonly type: FlagType
  readonly defaultValue: JsonValue
}

export type Details = EvaluationDetails<FlagValue>

export type EventName = 'READY' | 'ERROR' | 'STALE' | 'CONFIGURATION_CHANGED'

/** A hook that only watches fits both SDKs. */
export interface WatchingHook {
  before?: () => void
  after?: (context: object, details: Details) => void
  error?: () => void
  finally?: (context: object, details: Details) => void
}

export interface Application {
  readonly providerName: string
  /** Binds the provider and waits for its start, however that ends. */
  start(): Promise<void>
  /** Binds the provider and waits for nothing. */
  begin(): void
  /** As the SDK's client says. */
  status(): string
  on(event: EventName, handler: (flagsChanged: readonly string[]) => void): void
  addHook(hook: WatchingHook): void
  /** Gives the context of the evaluations that follow, where the SDK takes it. */
  useContext(context: EvaluationContext): Promise<void>
  /** At once in the SDK of pages. */
  evaluate(flag: FlagRequest, hooks?: WatchingHook[]): Details | Promise<Details>
  /** The value of a text flag while each level has its context; absent where the SDK has no levels. */
  readonly evaluateWithLevels?: (
    flagKey: string,
    levels: ReadonlyMap<ContextLevel, EvaluationContext>,
  ) => Promise<string>
  /** What the provider itself does when it is let go of. */
  shutDown(): Promise<void>
  /** Binds the same provider again. */
  startAgain(): Promise<void>
  close(): Promise<void>
}

interface CommonProvider {
  readonly metadata: { readonly name: string }
  readonly onClose?: () => Promise<void>
}

type Life = Pick<Application, 'providerName' | 'start' | 'begin' | 'shutDown' | 'startAgain'>

/** @param bind gives the SDK a provider for the application's domain; null takes the one away that it has */
export function lifeOf<P extends CommonProvider>(provider: P, bind: (provider: P | null) => Promise<void>): Life {
  // How a start ends is for the steps to find out.
  const start = (): Promise<void> => bind(provider).catch(() => undefined)
  return {
    providerName: provider.metadata.name,
    start,
    begin: () => void start(),
    shutDown: async () => provider.onClose?.(),
    async startAgain() {
      await bind(null)
      await start()
    },
  }
}

let count = 0

/** Applications share the SDK, so each has a domain of its own. */
export function newDomain(): string {
  count += 1
  return `gherkin-${count}`
}

/** The SDKs write down every failure; in the features they are expected. */
export const silentLogger = { error: ignore, warn: ignore, info: ignore, debug: ignore } as const

function ignore(): void {}
