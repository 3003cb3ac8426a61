/** Life of one environment: documents come in, and what passes every check is served until something better comes. */
import type { AnyVendor, Diagnostic } from '@switchyard/engine'
import { RelayError } from '../relay-error.js'
import { comparePositions, snapshotId, type SnapshotPosition, type StoredSnapshot } from '../store/snapshot-store.js'
import { createHistogram, type Histogram } from '../telemetry/histogram.js'
import type { Logger } from '../telemetry/logger.js'
import { originalOf } from '../vendors/original-documents.js'
import type { DocumentOrigin, SourceSink } from '../vendors/source.js'
import { AgeText } from './age-text.js'
import { blastRadius } from './blast-radius.js'
import type { Environment, EnvironmentState, EnvironmentStatus, HeldStatus, Served } from './environment.js'
import type { Candidate, Held } from './candidate.js'
import { defaultThresholds, Freshness, isForSomebody } from './freshness.js'
import { ingest } from './ingest.js'
import { Listeners } from './listeners.js'
import { revive } from './revive.js'
import type {
  EnvironmentOptions,
  EnvironmentSettings,
  EnvironmentUpstream,
  FetchOutcome,
  RunningEnvironment,
} from './running-environment.js'
import { createUsageCounter, type ReadableUsage } from './usage-counter.js'
import { vendorEnvironmentOf } from './vendor-environment.js'

const propagationBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

type Listener = Parameters<Environment['onChange']>[0]
type StateListener = Parameters<Environment['onState']>[0]

/** Creates an environment that serves nothing yet. */
export function createEnvironment(options: EnvironmentOptions): RunningEnvironment {
  return new DocumentLine(options)
}

class DocumentLine implements RunningEnvironment {
  readonly name: string
  readonly isOrdered: boolean
  readonly usage: ReadableUsage
  readonly activity: { readonly fetches: Record<FetchOutcome, number>; readonly propagation: Histogram } = {
    fetches: { document: 0, unchanged: 0, refused: 0, failed: 0 },
    propagation: createHistogram(propagationBounds),
  }
  served: Served | null = null
  original: string | null = null
  readonly #options: Pick<EnvironmentOptions, 'name' | 'now' | 'logger'>
  #upstream: EnvironmentUpstream
  #settings: EnvironmentSettings
  #logger: Logger
  readonly #listeners = new Listeners<Parameters<Listener>>()
  readonly #stateListeners = new Listeners<Parameters<StateListener>>()
  readonly #confirmationListeners = new Listeners<[]>()
  #vendor: AnyVendor | undefined
  readonly #freshness: Freshness
  state: EnvironmentState = 'waiting'
  #stateSinceMs: number
  #confirmedAtMs: number | null = null
  #lastError: EnvironmentStatus['lastError'] = null
  #diagnostics: readonly Diagnostic[] = []
  /** What the upstream holds now has been refused: that it holds it still is no good news. */
  #isRefused = false
  /** Whether what is served is what the upstream gave, as it is asked now: neither a store, nor the upstream before a change of its settings. */
  #isOfUpstream = false
  #held: Held | null = null
  #activated: { readonly id: string; readonly revision: string; readonly sinceMs: number } | null = null
  readonly #age: AgeText

  constructor(options: EnvironmentOptions) {
    this.name = options.name
    this.isOrdered = options.isOrdered ?? false
    this.#options = options
    this.#upstream = options
    this.#settings = options
    this.#vendor = options.vendor
    this.#stateSinceMs = options.now()
    this.#age = new AgeText(options.now)
    this.usage = options.usage ?? createUsageCounter()
    this.#freshness = new Freshness(options.thresholds ?? defaultThresholds, (state) => this.#enter(state))
    this.#logger = this.#createLogger()
  }

  get corsOrigins(): readonly string[] {
    return this.#settings.corsOrigins ?? []
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
      await this.#upstream.source.run(sink, signal)
    } catch (error) {
      this.#logger.error({ error }, 'the source ended because of a mistake in Switchyard')
    } finally {
      if (signal.aborted) this.#freshness.close()
    }
  }

  adopt(stored: StoredSnapshot, isConfirmed: boolean): string | null {
    if (this.served !== null && comparePositions(stored, this.served) <= 0) return null
    if (this.served !== null && !isConfirmed) {
      // It comes late: the upstream was faster. What is served only takes its place behind it.
      this.#move(this.served, { fence: stored.fence, sequence: stored.sequence + 1 })
      return null
    }
    const problem = this.#revive(stored, stored)
    if (problem !== null) return problem
    this.#isOfUpstream = false
    if (isConfirmed) this.#freshness.answered(true)
    else this.#freshness.unconfirmed()
    return null
  }

  follow(stored: StoredSnapshot): string | null {
    if (this.#activated !== null && this.#activated.revision !== stored.revision) return null
    const problem = this.#revive(stored, stored)
    if (problem === null) this.#freshness.answered(true)
    return problem
  }

  restamp(fence: number): void {
    if (this.served === null || this.served.fence >= fence) return
    this.#move(this.served, { fence, sequence: this.served.sequence + 1 })
  }

  activate(stored: StoredSnapshot): string | null {
    const { served } = this
    const held = this.#held?.candidate ?? (served && { ...served, original: this.original })
    const isServed = served?.revision === stored.revision
    const problem = isServed ? null : this.#revive(stored, this.#nextPosition())
    if (problem !== null) return problem
    const id = snapshotId(stored)
    this.#activated = { id, revision: stored.revision, sinceMs: this.#options.now() }
    this.#logger.warn(
      { snapshot: id, revision: stored.revision },
      'a snapshot was activated: changes upstream are held back',
    )
    if (held !== null && held.revision !== stored.revision) this.#hold(held, 'activated')
    return null
  }

  release(servesHeld = true): void {
    const held = servesHeld ? this.#held : null
    if (this.#activated !== null) this.#logger.info({ snapshot: this.#activated.id }, 'the upstream decides again')
    this.#activated = null
    this.#held = null
    if (held === null) return
    this.#swap(held.candidate, this.#nextPosition())
    this.#isOfUpstream = true
    this.#isRefused = false
    this.#confirmed()
  }

  adjust(settings: EnvironmentSettings): void {
    this.#settings = settings
    this.#freshness.adjust(settings.thresholds ?? defaultThresholds)
  }

  takeUpstream(upstream: EnvironmentUpstream, isSameLine: boolean): void {
    this.#upstream = upstream
    this.#logger = this.#createLogger()
    this.#vendor = upstream.vendor
    this.#freshness.forget()
    this.#isRefused = false
    this.#isOfUpstream = false
    this.#held = null
    if (isSameLine || this.#activated === null) return
    this.#logger.warn({ snapshot: this.#activated.id }, 'another upstream decides: a snapshot is activated no more')
    this.#activated = null
  }

  ageText(): string {
    return this.#age.text()
  }

  status(): EnvironmentStatus {
    return {
      name: this.name,
      vendor: this.#vendor?.name ?? 'unknown',
      upstream: this.#upstream.source.description,
      state: this.state,
      stateSinceMs: this.#stateSinceMs,
      revision: this.served?.revision ?? null,
      sequence: this.served?.sequence ?? 0,
      flagCount: this.served?.snapshot.flagKeys.length ?? 0,
      confirmedAtMs: this.#confirmedAtMs,
      lastError: this.#lastError,
      diagnostics: this.#diagnostics,
      held: this.#held?.status ?? null,
      activated: this.#activated === null ? null : { id: this.#activated.id, sinceMs: this.#activated.sinceMs },
    }
  }

  onChange(listener: Listener): () => void {
    return this.#listeners.add(listener)
  }

  onState(listener: StateListener): () => void {
    return this.#stateListeners.add(listener)
  }

  onConfirmation(listener: () => void): () => void {
    return this.#confirmationListeners.add(listener)
  }

  #createLogger(): Logger {
    const { name, logger } = this.#options
    return logger.child({ environment: name, upstream: this.#upstream.source.description })
  }

  #accept(document: unknown, about: DocumentOrigin): void {
    const result = ingest(document, {
      flagSetId: this.name,
      ...(this.#vendor === undefined ? {} : { vendor: this.#vendor }),
      ...(this.#upstream.vendorOptions === undefined ? {} : { vendorOptions: this.#upstream.vendorOptions }),
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
    const { changedAtMs, doubt } = about
    const original = originalOf(result.vendor.name, document)
    const candidate = { ...result, original, ...(changedAtMs === undefined ? {} : { changedAtMs }) }
    this.#offer(doubt === undefined ? candidate : { ...candidate, confirmedAtMs: this.#confirmedAtMs }, doubt)
  }

  /** Serves what the upstream has, or holds it. */
  #offer(candidate: Candidate, doubt?: RelayError): void {
    const isServed = this.served?.revision === candidate.revision
    const reason = isServed ? null : this.#reasonToHold(candidate)
    if (reason !== null) return this.#hold(candidate, reason)
    this.#held = null
    if (isServed) this.original = candidate.original
    else this.#swap(candidate, this.#nextPosition())
    this.#isOfUpstream = true
    if (doubt === undefined) this.#confirmed()
    else this.#suspect(doubt)
  }

  #reasonToHold({ snapshot, revision }: Candidate): HeldStatus['reason'] | null {
    if (this.#activated !== null) return 'activated'
    const { maxLossPercent } = this.#settings
    if (this.served === null || maxLossPercent === undefined || this.#held?.candidate.revision === revision) {
      return this.#held?.candidate.revision === revision ? this.#held.status.reason : null
    }
    const before = this.served.snapshot
    // Whoever gives an upstream another key means another environment, and that is no change of the one before.
    if (!this.#isOfUpstream && vendorEnvironmentOf(before.ruleset) !== vendorEnvironmentOf(snapshot.ruleset))
      return null
    return blastRadius(before, snapshot, this.#options.now()).percent > maxLossPercent ? 'blast-radius' : null
  }

  #hold(candidate: Candidate, reason: HeldStatus['reason']): void {
    const { snapshot, revision } = candidate
    if (this.#held?.candidate.revision !== revision || this.#held.status.reason !== reason) {
      const nowMs = this.#options.now()
      const { removed, switchedOff } =
        this.served === null ? { removed: 0, switchedOff: 0 } : blastRadius(this.served.snapshot, snapshot, nowMs)
      const flagCount = snapshot.flagKeys.length
      this.#held = { candidate, status: { reason, revision, sinceMs: nowMs, flagCount, removed, switchedOff } }
      this.#logger.warn(
        { ...this.#held.status },
        'what the upstream has is held back: switchyard snapshots says how to go on',
      )
    }
    this.#freshness.answered(false)
  }

  #nextPosition(): SnapshotPosition {
    const { fence = 0, sequence = 0 } = this.served ?? {}
    return { fence: Math.max(fence, this.#upstream.fence?.() ?? 0), sequence: sequence + 1 }
  }

  /** @returns why not, null where it is served now */
  #revive(stored: StoredSnapshot, position: SnapshotPosition): string | null {
    const revival = revive(stored, this.served?.snapshot)
    if (!revival.ok) {
      const { message, cause } = revival
      this.#logger.error(
        { snapshot: snapshotId(stored), reason: message, ...(cause === undefined ? {} : { cause }) },
        'a snapshot cannot be used',
      )
      return message
    }
    this.#vendor ??= revival.vendor
    this.#diagnostics = revival.diagnostics
    const { confirmedAtMs, original = null } = stored
    this.#swap({ ...revival, original, confirmedAtMs }, position)
    return null
  }

  /** What is served, at another place in its line. */
  #move(served: Served, position: SnapshotPosition): void {
    this.#swap({ ...served, original: this.original, confirmedAtMs: this.#confirmedAtMs }, position)
  }

  #swap(candidate: Candidate, { fence, sequence }: SnapshotPosition): void {
    const previous = this.served
    const nowMs = this.#options.now()
    const { snapshot, revision, changedAtMs } = candidate
    this.#confirmedAt(candidate.confirmedAtMs === undefined ? nowMs : candidate.confirmedAtMs)
    const served: Served = Object.freeze({ snapshot, revision, fence, sequence, sinceMs: nowMs })
    this.usage.swap(served)
    this.served = served
    this.original = candidate.original
    this.#freshness.hasData()
    if (previous !== null && changedAtMs !== undefined) {
      this.activity.propagation.observe(Math.max(0, nowMs - changedAtMs) / 1_000)
    }
    this.#logger.info({ revision, sequence, flagCount: snapshot.flagKeys.length }, 'a new revision is served')
    if (previous !== null && previous.snapshot.flagKeys.length > 0 && snapshot.flagKeys.length === 0) {
      this.#logger.warn({ revision }, 'the new revision has no flags: every flag will be answered FLAG_NOT_FOUND')
    }
    this.#warnOfErrors(revision)
    this.#listeners.tell(this.#logger, served, previous)
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

  /** The upstream has what it had. */
  #confirm(): void {
    this.activity.fetches.unchanged += 1
    if (this.served === null) return
    if (this.#isRefused || this.#held !== null) this.#freshness.answered(false)
    else this.#confirmed()
  }

  #confirmed(): void {
    this.#confirmedAt(this.#options.now())
    this.#freshness.answered(true)
  }

  #confirmedAt(ms: number | null): void {
    this.#confirmedAtMs = ms
    this.#age.confirmedAt(ms)
    this.#confirmationListeners.tell(this.#logger)
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
    if (isForSomebody(code)) this.#freshness.answered(false)
    else this.#freshness.failed()
  }

  #enter(state: EnvironmentState): void {
    if (state === this.state) return
    if (state === 'fresh' && this.state !== 'waiting') this.#logger.info({ state }, 'the upstream works again')
    if (state === 'disconnected') this.#logger.error({ state }, 'the upstream has not been heard of for long')
    this.state = state
    this.#stateSinceMs = this.#options.now()
    this.#stateListeners.tell(this.#logger, state)
  }
}
