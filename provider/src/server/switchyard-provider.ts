/**
 * The OpenFeature server provider. By default it evaluates the relay's ruleset inside the application; it can also ask the
 * relay for each answer. Either way the application is told truthfully what it can rely on.
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
import type { Json, Resolution, ValueType } from '../ofrep/index.js'
import { createHealth, type Health } from './health.js'
import { InProcessLine } from './in-process-line.js'
import { readOptions, type Settings, type SwitchyardProviderOptions } from './options.js'
import { Remote } from './remote.js'
import { toResolutionDetails } from './resolution-details.js'
import type { ClosableTransport } from './transport.js'

export class SwitchyardProvider implements Provider {
  readonly metadata = { name: 'switchyard' } as const
  readonly runsOn = 'server'
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly #settings: Settings
  #isClosed = false
  #transport!: ClosableTransport
  #health!: Health
  #remote!: Remote
  /** null in remote mode. */
  #line: InProcessLine | null = null

  constructor(options: SwitchyardProviderOptions) {
    this.#settings = readOptions(options)
    this.#open()
  }

  /** Everything that {@link onClose} ends. */
  #open(): void {
    this.#isClosed = false
    this.#transport = createTransport(this.#settings)
    const stale = (message: string): void => this.events.emit(ProviderEvents.Stale, { message })
    this.#health = createHealth({
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: () => stale('the relay serves data that may be outdated'),
      error: (message) => this.events.emit(ProviderEvents.Error, { message, errorCode: ErrorCode.GENERAL }),
    })
    this.#remote = new Remote(this.#settings, this.#transport, {
      answered: (response) => this.#line === null && this.#health.answered(response),
      failed: (failure) => this.#line === null && this.#health.failed(failure),
    })
    this.#line =
      this.#settings.mode === 'remote'
        ? null
        : new InProcessLine(this.#settings, this.#transport, {
            ready: () => this.events.emit(ProviderEvents.Ready),
            stale,
            changed: (flagsChanged) => this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
          })
  }

  /** How answers are made now: `remote` also where the relay offers no rulesets that this version can read. */
  get mode(): 'in-process' | 'remote' {
    return this.#line === null ? 'remote' : 'in-process'
  }

  /**
   * READY means: credentials accepted, data present. A provider that was closed begins anew.
   *
   * @throws ProviderFatalError when the credentials are refused
   * @throws ProviderNotReadyError when the relay cannot answer now; it goes on trying, and READY follows by event
   */
  async initialize(context: EvaluationContext = {}): Promise<void> {
    if (this.#isClosed) this.#open()
    if (this.#line !== null) {
      const failure = await this.#line.start()
      if (failure?.kind === 'refused') return this.#refuse(failure.message)
      if (failure?.kind !== 'unknown') {
        this.#line.started(failure === null)
        if (failure !== null) throw new ProviderNotReadyError(`the relay cannot be read yet (${failure.message})`)
        return
      }
      await this.#line.close()
      this.#line = null
    }
    const failure = await this.#remote.probe(context)
    if (failure?.kind === 'refused') return this.#refuse(failure.message)
    this.#health.started(failure === null)
    if (failure !== null) throw new ProviderNotReadyError(`the relay cannot answer yet (${failure.message})`)
  }

  async #refuse(message: string): Promise<never> {
    await this.onClose()
    throw new ProviderFatalError(`the relay refuses the credentials (${message})`)
  }

  /** Lets go of all connections; requests in flight end with an error. */
  async onClose(): Promise<void> {
    this.#isClosed = true
    this.#health.stop()
    await this.#line?.close()
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
    const answer: Resolution<Json> =
      this.#line?.evaluator.resolve(flagKey, type, defaultValue, context) ??
      (await this.#remote.resolve(flagKey, type, defaultValue, context))
    return toResolutionDetails<T>(answer)
  }
}
