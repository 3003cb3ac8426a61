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
  type TrackingEventDetails,
} from '@openfeature/server-sdk'
import { openSnapshotFile } from '#snapshot-file'
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
  /** The start that is under way. */
  #starting: Promise<void> | null = null
  #transport!: ClosableTransport
  #health!: Health
  #remote!: Remote
  /** null in remote mode. */
  #line: InProcessLine | null = null

  /**
   * @param options what they leave out, OFREP's environment variables may say
   * @throws TypeError or RangeError when an option or variable is wrong
   */
  constructor(options: SwitchyardProviderOptions = {}) {
    this.#settings = readOptions(options)
    this.#open()
  }

  /** Everything that {@link onClose} ends. */
  #open(): void {
    this.#isClosed = false
    this.#transport = createTransport(this.#settings)
    this.#health = createHealth({
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: () => this.#tellStale('the relay serves data that may be outdated'),
      error: (message) => this.#tellError(message, ErrorCode.GENERAL),
    })
    this.#remote = new Remote(this.#settings, this.#transport, {
      answered: (response) => this.#line === null && this.#health.answered(response),
      failed: (failure) => this.#line === null && this.#health.failed(failure),
      changed: () => this.#line === null && this.events.emit(ProviderEvents.ConfigurationChanged, {}),
    })
    this.#line = this.#settings.mode === 'remote' ? null : this.#openLine()
  }

  #openLine(): InProcessLine {
    const { snapshotFile: path, baseUrl, headers, logger } = this.#settings
    const owner = [baseUrl.replace(/\/+$/, ''), Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1))]
    return new InProcessLine({
      settings: this.#settings,
      transport: this.#transport,
      file: path === undefined ? null : openSnapshotFile({ path, owner, logger }),
      events: {
        ready: () => this.events.emit(ProviderEvents.Ready),
        stale: (message) => this.#tellStale(message),
        changed: (flagsChanged) => this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
        refused: (message) =>
          this.#tellError(`the relay refuses the credentials (${message})`, ErrorCode.PROVIDER_FATAL),
        unreadable: (message) => void this.#fallBack(message),
      },
    })
  }

  #tellStale(message: string): void {
    this.events.emit(ProviderEvents.Stale, { message })
  }

  #tellError(message: string, errorCode: ErrorCode): void {
    this.events.emit(ProviderEvents.Error, { message, errorCode })
  }

  /** How answers are made now: `remote` also where the relay offers no rulesets that this version can read. */
  get mode(): 'in-process' | 'remote' {
    return this.#line === null ? 'remote' : 'in-process'
  }

  /**
   * READY means: credentials accepted, data present. A provider that was closed begins anew; one that is starting starts once.
   *
   * @throws ProviderFatalError when the credentials are refused
   * @throws ProviderNotReadyError when the relay cannot answer now; it goes on trying, and READY follows by event. Also when it is
   * closed meanwhile
   */
  initialize(context: EvaluationContext = {}): Promise<void> {
    if (this.#isClosed) this.#open()
    if (this.#starting !== null) return this.#starting
    const starting = this.#start(context).finally(() => {
      if (this.#starting === starting) this.#starting = null
    })
    this.#starting = starting
    return starting
  }

  async #start(context: EvaluationContext): Promise<void> {
    const line = this.#line
    if (line !== null) {
      const failure = await line.start()
      if (line.isClosed) throw new ProviderNotReadyError('the provider was closed')
      if (failure?.kind === 'refused') return this.#refuse(failure.message)
      if (failure === null || failure.kind === 'unavailable') {
        line.started(failure === null ? 'ready' : 'error')
        if (failure !== null) throw new ProviderNotReadyError(`the relay cannot be read yet (${failure.message})`)
        return
      }
      await this.#leaveLine(line, failure.message)
    }
    const failure = await this.#remote.probe(context)
    if (failure?.kind === 'refused') return this.#refuse(failure.message)
    this.#health.started(failure === null ? 'ready' : 'error')
    if (failure !== null) throw new ProviderNotReadyError(`the relay cannot answer yet (${failure.message})`)
  }

  async #refuse(message: string): Promise<never> {
    await this.onClose()
    throw new ProviderFatalError(`the relay refuses the credentials (${message})`)
  }

  /** From now on the relay is asked for each answer: its rulesets became unreadable, or are found to be at last. */
  async #fallBack(message: string): Promise<void> {
    const line = this.#line
    if (line === null) return
    this.#health.started(line.told)
    await this.#leaveLine(line, message)
    await this.#remote.probe({})
  }

  /** The application has asked for in-process evaluation and has to know that it does not get it. */
  async #leaveLine(line: InProcessLine, message: string): Promise<void> {
    this.#line = null
    this.#settings.logger.warn(
      `Switchyard: the relay's rulesets cannot be read here (${message}); it is asked for each answer instead (mode "remote")`,
    )
    await line.close()
  }

  /** Lets go of all connections; requests in flight end with an error, and what is to be kept is written. */
  async onClose(): Promise<void> {
    this.#isClosed = true
    this.#starting = null
    this.#health.stop()
    this.#remote.close()
    // A new start may come before the end of this, and is not to be closed by it.
    const [line, transport] = [this.#line, this.#transport]
    await line?.close()
    await transport.close()
  }

  /** The relay takes no tracking events: they go to the option `onTrack`, and nowhere without it. */
  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    try {
      this.#settings.onTrack?.({ name, context, details })
    } catch (error) {
      this.#settings.logger.error('Switchyard: onTrack failed', error)
    }
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
    const evaluator = this.#line?.evaluator
    const here = (): Resolution<Json> | undefined => evaluator?.resolve(flagKey, type, defaultValue, context)
    const answer = evaluator?.isSupported(flagKey) === true ? here() : undefined
    return toResolutionDetails<T>(
      answer ?? (await this.#remote.resolve({ flagKey, type, defaultValue, context }, here)),
    )
  }
}
