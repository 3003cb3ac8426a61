/**
 * The OpenFeature server provider: every evaluation asks the relay, and the application is told truthfully whether that works.
 *
 * @see https://openfeature.dev/specification/sections/providers
 */
import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  ProviderNotReadyError,
  type ResolutionDetails,
} from '@openfeature/server-sdk'
import { createTransport } from '#transport'
import {
  createOfrepClient,
  failed,
  type Json,
  type OfrepClient,
  resolve,
  type Resolution,
  type ValueType,
} from '../ofrep/index.js'
import { createHealth, type Health } from './health.js'
import { readOptions, type SwitchyardProviderOptions } from './options.js'
import { toResolutionDetails } from './resolution-details.js'
import type { ClosableTransport } from './transport.js'

export class SwitchyardProvider implements Provider {
  readonly metadata = { name: 'switchyard' } as const
  readonly runsOn = 'server'
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly #client: OfrepClient
  readonly #transport: ClosableTransport
  readonly #health: Health
  /** No request before that moment, epoch milliseconds: the relay asked for a pause. */
  #notBeforeMs = 0

  constructor(options: SwitchyardProviderOptions) {
    const { baseUrl, headers, timeoutMs } = readOptions(options)
    this.#transport = createTransport({ timeoutMs })
    this.#client = createOfrepClient({ baseUrl, headers, transport: this.#transport.send, now: Date.now })
    this.#health = createHealth({
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: () => this.events.emit(ProviderEvents.Stale, { message: 'the relay serves data that may be outdated' }),
      error: (message) => this.events.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.GENERAL }),
    })
  }

  /**
   * Asks the relay once for this context's flags, so that READY means: reachable, credentials accepted, data present.
   *
   * @throws ProviderFatalError when the credentials are refused
   * @throws ProviderNotReadyError when the relay cannot answer now; evaluations go on trying, and READY follows by event
   */
  async initialize(context: EvaluationContext = {}): Promise<void> {
    const result = await this.#client.evaluateFlags(context)
    this.#pauseIfAsked(result)
    switch (result.kind) {
      case 'flags':
      case 'unchanged':
        this.#health.started(true)
        if (result.response !== undefined) this.#health.answered(result.response)
        return
      case 'refused':
        throw new ProviderFatalError(`the relay refuses the credentials (${result.message})`)
      case 'later':
      case 'unavailable':
        this.#health.started(false)
        throw new ProviderNotReadyError(`the relay cannot answer yet (${result.message})`)
    }
  }

  /** Lets go of all connections; requests in flight end with an error. */
  async onClose(): Promise<void> {
    this.#health.stop()
    await this.#transport.close()
  }

  resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve(flagKey, 'boolean', defaultValue, context)
  }

  resolveStringEvaluation(
    flagKey: string,
    defaultValue: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve(flagKey, 'string', defaultValue, context)
  }

  resolveNumberEvaluation(
    flagKey: string,
    defaultValue: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve(flagKey, 'number', defaultValue, context)
  }

  resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    defaultValue: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(flagKey, 'object', defaultValue, context)
  }

  async #resolve<T extends JsonValue>(
    flagKey: string,
    type: ValueType,
    defaultValue: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return toResolutionDetails<T>(await this.#ask(flagKey, type, defaultValue, context))
  }

  async #ask(
    flagKey: string,
    type: ValueType,
    defaultValue: Json,
    context: EvaluationContext,
  ): Promise<Resolution<Json>> {
    const pauseMs = this.#notBeforeMs - Date.now()
    if (pauseMs > 0) return failed(defaultValue, 'GENERAL', `the relay asked for a pause of ${pauseMs} ms`)
    const result = await this.#client.evaluateFlag(flagKey, context)
    this.#pauseIfAsked(result)
    if (result.kind !== 'value' && result.kind !== 'error') {
      this.#health.failed(result)
      return failed(defaultValue, 'GENERAL', result.message)
    }
    if (result.response !== undefined) this.#health.answered(result.response)
    return resolve(result, type, defaultValue)
  }

  #pauseIfAsked(result: { readonly kind: string; readonly retryAfterMs?: number | null }): void {
    if (result.kind === 'later' && result.retryAfterMs) this.#notBeforeMs = Date.now() + result.retryAfterMs
  }
}
