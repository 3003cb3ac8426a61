/**
 * The OpenFeature provider for pages: all flags of one context are asked for at once, and evaluated without waiting.
 *
 * @see https://openfeature.dev/specification/glossary#static-context-paradigm
 */
import {
  ErrorCode,
  type EvaluationContext,
  instantiateErrorByErrorCode,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from '@openfeature/web-sdk'
import type { Failure, ValueType } from '../ofrep/index.js'
import { FlagFeed } from './flag-feed.js'
import { readOptions, type SwitchyardWebProviderOptions } from './options.js'

export class SwitchyardWebProvider implements Provider {
  readonly metadata = { name: 'switchyard' } as const
  readonly runsOn = 'client'
  /** Flags are held for one context, and each domain has its own. */
  readonly domainScoped = true
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly #feed: FlagFeed

  constructor(options: SwitchyardWebProviderOptions) {
    this.#feed = new FlagFeed(readOptions(options), (event, { message, errorCode, flagsChanged } = {}) =>
      this.events.emit(ProviderEvents[event], {
        ...(message ? { message } : {}),
        ...(event === 'Error' ? { errorCode: known(errorCode) } : {}),
        ...(flagsChanged ? { flagsChanged } : {}),
      }),
    )
  }

  /**
   * READY once there are flags to serve.
   *
   * @throws OpenFeatureError with PROVIDER_FATAL when the credentials are refused, with the relay's own code when it cannot
   * evaluate the context, with PROVIDER_NOT_READY else: the relay is asked again then, and READY follows by event
   */
  async initialize(context: EvaluationContext = {}, domain?: string): Promise<void> {
    const failure = await this.#feed.start(context, domain)
    if (failure) throw errorOf(failure, failure.kind === 'refused' ? 'PROVIDER_FATAL' : failure.errorCode)
  }

  /** From here on no flag of the context before is served, unless both are about one user. */
  onContextChange(_before: EvaluationContext, context: EvaluationContext): Promise<void> | void {
    const changing = this.#feed.change(context)
    return changing && this.#changed(changing)
  }

  async #changed(changing: Promise<Failure | null>): Promise<void> {
    const failure = await changing
    if (failure) throw errorOf(failure, failure.errorCode)
  }

  /** Ends what is under way and lets go of everything but what is kept for the next visit. */
  async onClose(): Promise<void> {
    this.#feed.close()
  }

  resolveBooleanEvaluation(flagKey: string, defaultValue: boolean): ResolutionDetails<boolean> {
    return this.#resolve(flagKey, 'boolean', defaultValue)
  }

  resolveStringEvaluation(flagKey: string, defaultValue: string): ResolutionDetails<string> {
    return this.#resolve(flagKey, 'string', defaultValue)
  }

  resolveNumberEvaluation(flagKey: string, defaultValue: number): ResolutionDetails<number> {
    return this.#resolve(flagKey, 'number', defaultValue)
  }

  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, defaultValue: T): ResolutionDetails<T> {
    return this.#resolve(flagKey, 'object', defaultValue)
  }

  #resolve<T extends JsonValue>(flagKey: string, type: ValueType, defaultValue: T): ResolutionDetails<T> {
    const { errorCode, ...resolution } = this.#feed.resolve(flagKey, type, defaultValue)
    return errorCode ? { ...resolution, errorCode: known(errorCode) } : resolution
  }
}

/** The SDK knows a fixed list of codes. */
function known(errorCode = ''): ErrorCode {
  const codes: { readonly [code: string]: ErrorCode } = ErrorCode
  return (Object.hasOwn(codes, errorCode) && codes[errorCode]) || ErrorCode.GENERAL
}

function errorOf({ message }: Failure, errorCode = 'PROVIDER_NOT_READY'): Error {
  return instantiateErrorByErrorCode(known(errorCode), message)
}
