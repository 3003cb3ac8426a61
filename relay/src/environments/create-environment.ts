/** Life of one environment: documents come in, and what passes every check is served until something better comes. */
import type { AnyVendor, Diagnostic, JsonObject } from '@switchyard/engine'
import { RelayError } from '../relay-error.js'
import { createHistogram, type Histogram } from '../telemetry/histogram.js'
import type { Logger } from '../telemetry/logger.js'
import type { DocumentOrigin, Source, SourceSink } from '../vendors/source.js'
import type { Environment, EnvironmentStatus, Served } from './environment.js'
import { ingest, type Ingestion } from './ingest.js'
import { createUsageCounter, type ReadableUsage } from './usage-counter.js'

export interface EnvironmentOptions {
  readonly name: string
  readonly source: Source
  /** Absent: recognised from the first good document, and kept from then on. */
  readonly vendor?: AnyVendor
  readonly vendorOptions?: JsonObject
  /** See {@link Environment.corsOrigins}. */
  readonly corsOrigins?: readonly string[]
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

/** What became of one look at the upstream. `refused`: it answered, and the answer is no usable document. */
export type FetchOutcome = 'document' | 'unchanged' | 'refused' | 'failed'

/** Counts for the metrics; they never fall. */
export interface EnvironmentActivity {
  readonly fetches: Readonly<Record<FetchOutcome, number>>
  /** Seconds from a change upstream until it is served here, of changes after the first document. */
  readonly propagation: Histogram
}

/** An environment as the one who owns it sees it. */
export interface RunningEnvironment extends Environment {
  readonly usage: ReadableUsage
  readonly activity: EnvironmentActivity
  /** Runs the source until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>
}

const propagationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

type Listener = Parameters<Environment['onChange']>[0]
type StateListener = Parameters<Environment['onState']>[0]

/** Creates an environment that serves nothing yet. */
export function createEnvironment(options: EnvironmentOptions): RunningEnvironment {
  return new DocumentLine(options)
}

class DocumentLine implements RunningEnvironment {
  readonly name: string
  readonly corsOrigins: readonly string[]
  readonly usage: ReadableUsage = createUsageCounter()
  readonly activity: { readonly fetches: Record<FetchOutcome, number>; readonly propagation: Histogram } = {
    fetches: { document: 0, unchanged: 0, refused: 0, failed: 0 },
    propagation: createHistogram(propagationBounds),
  }
  served: Served | null = null
  readonly #options: EnvironmentOptions
  readonly #logger: Logger
  readonly #listeners = new Set<Listener>()
  readonly #stateListeners = new Set<StateListener>()
  #vendor: AnyVendor | undefined
  #state: EnvironmentStatus['state'] = 'waiting'
  #stateSinceMs: number
  #confirmedAtMs: number | null = null
  #lastError: EnvironmentStatus['lastError'] = null
  #diagnostics: readonly Diagnostic[] = []
  /** What the upstream holds now has been refused: that it holds it still is no good news. */
  #isRefused = false

  constructor(options: EnvironmentOptions) {
    this.name = options.name
    this.corsOrigins = options.corsOrigins ?? []
    this.#options = options
    this.#vendor = options.vendor
    this.#stateSinceMs = options.now()
    this.#logger = options.logger.child({ environment: options.name, upstream: options.source.description })
  }

  async run(signal: AbortSignal): Promise<void> {
    const whileRunning =
      <Arguments extends unknown[]>(tell: (...args: Arguments) => void) =>
      (...args: Arguments): void => {
        if (!signal.aborted) tell(...args)
      }
    const sink: SourceSink = {
      document: whileRunning((document, about) => this.#accept(document, about)),
      unchanged: whileRunning(() => this.#confirm()),
      failed: whileRunning((error) => this.#fail(error)),
    }
    try {
      await this.#options.source.run(sink, signal)
    } catch (error) {
      this.#logger.error({ error }, 'the source ended because of a mistake in Switchyard')
    }
  }

  status(): EnvironmentStatus {
    return {
      name: this.name,
      vendor: this.#vendor?.name ?? 'unknown',
      upstream: this.#options.source.description,
      state: this.#state,
      stateSinceMs: this.#stateSinceMs,
      revision: this.served?.revision ?? null,
      sequence: this.served?.sequence ?? 0,
      flagCount: this.served?.snapshot.flagKeys.length ?? 0,
      confirmedAtMs: this.#confirmedAtMs,
      lastError: this.#lastError,
      diagnostics: this.#diagnostics,
    }
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onState(listener: StateListener): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  #accept(document: unknown, about: DocumentOrigin): void {
    const result = ingest(document, {
      flagSetId: this.name,
      ...(this.#vendor === undefined ? {} : { vendor: this.#vendor }),
      ...(this.#options.vendorOptions === undefined ? {} : { vendorOptions: this.#options.vendorOptions }),
      ...(this.served === null ? {} : { previous: this.served.snapshot }),
    })
    this.#diagnostics = [...(about.diagnostics ?? []), ...result.diagnostics]
    this.#isRefused = !result.ok
    if (!result.ok) {
      const { message, cause } = result
      return this.#fail(new RelayError('DOCUMENT_INVALID', message, { retryable: true, cause }))
    }
    this.activity.fetches.document += 1
    this.#vendor = result.vendor
    if (about.doubt === undefined) this.#confirmed()
    if (this.served?.revision !== result.revision) this.#swap(result, about)
    if (about.doubt !== undefined) this.#suspect(about.doubt)
  }

  #swap(result: Ingestion & { readonly ok: true }, about: DocumentOrigin): void {
    const previous = this.served
    const nowMs = this.#options.now()
    const { snapshot, revision } = result
    const served: Served = Object.freeze({
      snapshot,
      revision,
      sequence: (previous?.sequence ?? 0) + 1,
      sinceMs: nowMs,
    })
    this.usage.swap(served)
    this.served = served
    if (previous !== null && about.changedAtMs !== undefined) {
      this.activity.propagation.observe(Math.max(0, nowMs - about.changedAtMs) / 1_000)
    }
    const { sequence } = served
    this.#logger.info({ revision, sequence, flagCount: snapshot.flagKeys.length }, 'a new revision is served')
    if (previous !== null && previous.snapshot.flagKeys.length > 0 && snapshot.flagKeys.length === 0) {
      this.#logger.warn({ revision }, 'the new revision has no flags: every flag will be answered FLAG_NOT_FOUND')
    }
    this.#warnOfErrors(revision)
    this.#tell(this.#listeners, served, previous)
  }

  /** Who has just changed a flag looks here first. */
  #warnOfErrors(revision: string): void {
    const errors = this.#diagnostics.filter(({ severity }) => severity === 'error')
    const [first] = errors
    if (first === undefined) return
    const { code, path, message } = first
    const fields = { revision, count: errors.length, code, place: path.join('.'), reason: message }
    this.#logger.warn(fields, 'a part of the new revision does not work: /status lists all findings')
  }

  #confirm(): void {
    this.activity.fetches.unchanged += 1
    if (this.served !== null && !this.#isRefused) this.#confirmed()
  }

  #confirmed(): void {
    this.#confirmedAtMs = this.#options.now()
    this.#enter('fresh')
  }

  #fail(error: RelayError): void {
    const { code } = error
    const isRefusal = code === 'DOCUMENT_INVALID' || code === 'SIGNATURE_INVALID'
    this.activity.fetches[isRefusal ? 'refused' : 'failed'] += 1
    this.#suspect(error)
  }

  /** What is served may not be what the upstream has. */
  #suspect(error: RelayError): void {
    const { code, message } = error
    this.#lastError = { code, message, atMs: this.#options.now() }
    const action = this.served === null ? 'there is nothing to serve yet' : 'what was served before is served on'
    this.#logger.warn(
      { code, reason: message, ...(error.cause instanceof Error ? { cause: error.cause } : {}) },
      action,
    )
    this.#enter(this.served === null ? 'waiting' : 'stale')
  }

  #enter(state: EnvironmentStatus['state']): void {
    if (state === this.#state) return
    if (this.#state === 'stale') this.#logger.info({ state }, 'the upstream works again')
    this.#state = state
    this.#stateSinceMs = this.#options.now()
    this.#tell(this.#stateListeners, state)
  }

  #tell<News extends unknown[]>(listeners: ReadonlySet<(...news: News) => void>, ...news: News): void {
    for (const listener of listeners) {
      try {
        listener(...news)
      } catch (error) {
        this.#logger.error({ error }, 'a listener failed while an environment changed')
      }
    }
  }
}
