/**
 * The OpenFeature provider for pages: all flags of one context are asked for at once, kept up to date, and evaluated without
 * waiting. Only the last question counts; what comes of an earlier one is dropped.
 *
 * @see https://openfeature.dev/specification/glossary#static-context-paradigm
 */
import {
  type ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from '@openfeature/web-sdk'
import {
  evaluateFlags,
  failed,
  resolve,
  type BulkAnswer,
  type BulkResult,
  type Failure,
  type FlagAnswer,
  type Json,
  type Resolution,
  type ValueType,
} from '../ofrep/index.js'
import { changedFlags } from './changed-flags.js'
import { EventStreams, type ChangeHints } from './event-streams.js'
import { backoffMs, codeOf, isPassing, raise } from './failures.js'
import { fetchTransport } from './fetch-transport.js'
import type { SwitchyardWebProviderOptions } from './options.js'
import { createPersistence, type HeldFlags, type Persistence } from './persistence.js'
import { renderedFlags } from './rendered-flags.js'
import { subjectOf, type Subject } from './subject.js'

interface Question {
  /** The context is new; the SDK tells how it ends. */
  readonly isChange: boolean
  readonly hints: ChangeHints | null
  /** Ends it. */
  readonly request: AbortController
}

/** null: flags have come. undefined: another question has taken the place of this one. */
type Outcome = Failure | null | undefined

type State = 'Ready' | 'Stale' | 'Error'

type Timer = ReturnType<typeof setTimeout> | undefined

const noFlags: Failure = { kind: 'unavailable', message: 'no flags yet' }

type Resolver<T> = (flagKey: string, defaultValue: T) => ResolutionDetails<T>

export class SwitchyardWebProvider implements Provider {
  readonly metadata = { name: 'switchyard' } as const
  readonly runsOn = 'client'
  /** Flags are held for one context, and each domain has its own. */
  readonly domainScoped = true
  readonly events: OpenFeatureEventEmitter = new OpenFeatureEventEmitter()
  readonly resolveBooleanEvaluation: Resolver<boolean> = this.#resolver('boolean')
  readonly resolveStringEvaluation: Resolver<string> = this.#resolver('string')
  readonly resolveNumberEvaluation: Resolver<number> = this.#resolver('number')
  readonly resolveObjectEvaluation: <T extends JsonValue>(flagKey: string, defaultValue: T) => ResolutionDetails<T> =
    this.#resolver('object')
  readonly #options: SwitchyardWebProviderOptions
  readonly #streams: EventStreams
  #persistence!: Persistence
  #subject!: Subject
  #held: HeldFlags | null = null
  /** Why nothing is held. */
  #failure = noFlags
  /** What the application was told last, by the SDK or by us. */
  #state: State = 'Error'
  /** The one under way. */
  #question: Question | null = null
  #outcome: Promise<Outcome> | undefined
  /** Of events that no answer has followed yet. */
  #hints: ChangeHints | null = null
  /** To be asked again: the answer to the one under way may be older than the reason. */
  #isDue = false
  /** Ends what listens to the page. */
  #lifetime: AbortController | undefined
  #timer: Timer
  #inactivityTimer: Timer
  #failures = 0
  /** The relay is not to be asked before, by the monotonic clock. */
  #notBeforeMs = 0

  constructor(options: SwitchyardWebProviderOptions) {
    this.#options = options
    const { eventSource = (url: string) => new EventSource(url), url } = options
    this.#streams = new EventStreams(eventSource, url, {
      opened: (isAgain) => {
        if (isAgain) this.#doubt()
        this.#refresh()
      },
      changed: (hints) => {
        this.#hints = { ...this.#hints, ...hints }
        this.#refresh()
      },
      lost: (count) => {
        this.#doubt()
        // After an interruption the platform's own attempts mostly come first.
        this.#refreshIn(backoffMs(count || 3))
      },
    })
  }

  /**
   * READY once there are flags to serve.
   *
   * @throws OpenFeatureError with PROVIDER_FATAL when the credentials are refused, with the relay's own code when it cannot
   * evaluate the context, with PROVIDER_NOT_READY else: the relay is asked again then, and READY follows by event
   */
  async initialize(context: EvaluationContext, domain?: string): Promise<void> {
    const { cacheMode, changeDetection } = this.#options
    const { signal } = (this.#lifetime = new AbortController())
    this.#persistence = createPersistence(this.#options, domain)
    this.#subject = subjectOf(context)
    if (changeDetection !== 'none') this.#watchPage(signal)
    this.#held = renderedFlags(this.#options.bootstrap, this.#subject)
    if (cacheMode !== 'network-first') this.#held ??= this.#persistence.read(this.#subject)
    if (this.#held) {
      // What comes of it is told after the SDK has said READY.
      this.#timer = setTimeout(() => this.#refresh())
    } else {
      this.#ask(true)
      const failure = await this.#settled()
      if (failure && isPassing(failure)) this.#held ??= this.#persistence.read(this.#subject)
      if (!this.#held) raise(failure)
      if (failure) setTimeout(() => this.#enter('Stale', failure))
    }
    this.#state = 'Ready'
  }

  /**
   * From here on no flag of the context before is served, unless both are about one user.
   *
   * @returns undefined where the flags of this context are there already
   * @throws OpenFeatureError when they cannot be had
   */
  onContextChange(_before: EvaluationContext, context: EvaluationContext): Promise<void> | void {
    const before = this.#subject
    const dropped = this.#held
    const subject = subjectOf(context)
    const isSame = subject.key === before.key
    const isChanging = this.#question?.isChange
    if (isSame && !isChanging && dropped?.key === subject.key) {
      this.#state = 'Ready'
      return
    }
    this.#subject = subject
    if (subject.user !== before.user) {
      this.#held = null
      this.#failure = noFlags
      this.#persistence.clear()
    }
    if (!isSame || !isChanging) this.#ask(true)
    if (dropped && !this.#held) this.#tellChanged(dropped.flags.keys())
    return this.#settled().then(raise)
  }

  /** Ends what is under way and lets go of everything but what is kept for the next visit. */
  async onClose(): Promise<void> {
    this.#lifetime?.abort()
    this.#question?.request.abort()
    this.#question = this.#held = null
    this.#failure = noFlags
    this.#outcome = Promise.resolve(noFlags)
    clearTimeout(this.#timer)
    clearTimeout(this.#inactivityTimer)
    this.#streams.close()
  }

  #resolver(type: ValueType) {
    return <T extends JsonValue>(flagKey: string, defaultValue: T): ResolutionDetails<T> =>
      // A code that OpenFeature does not know becomes GENERAL in the SDK.
      this.#resolve(flagKey, type, defaultValue) as unknown as ResolutionDetails<T>
  }

  #resolve(flagKey: string, type: ValueType, defaultValue: Json): Resolution<Json> {
    const held = this.#held
    if (!held) return failed(defaultValue, codeOf(this.#failure), this.#failure.message)
    const answer = held.flags.get(flagKey)
    if (!answer) return failed(defaultValue, 'FLAG_NOT_FOUND', `no flag ${flagKey}`, held.metadata)
    const resolution = resolve(answer, type, defaultValue)
    if (resolution.errorCode || (!held.isCached && held.key === this.#subject.key)) return resolution
    return { ...resolution, reason: held.isCached ? 'CACHED' : 'STALE' }
  }

  /** The outcome of the last question, however often one takes another's place. */
  async #settled(): Promise<Failure | null> {
    const outcome = await this.#outcome
    return outcome === undefined ? this.#settled() : outcome
  }

  /** What is held may be outdated: a 304 is no answer any more. */
  #doubt(): void {
    if (this.#held) this.#held = { ...this.#held, etag: null }
  }

  #refresh(): void {
    if (this.#question) this.#isDue = true
    else this.#ask(false)
  }

  #refreshIn(delayMs: number): void {
    clearTimeout(this.#timer)
    // Timers take no longer delays.
    this.#timer = setTimeout(() => globalThis.document?.hidden || this.#refresh(), Math.min(delayMs, 2 ** 31 - 1))
  }

  #ask(isChange: boolean): void {
    this.#question?.request.abort()
    clearTimeout(this.#timer)
    this.#question = { isChange, hints: isChange ? null : this.#hints, request: new AbortController() }
    this.#outcome = this.#answer(this.#question)
  }

  async #answer(question: Question): Promise<Outcome> {
    const { isChange } = question
    const result = await this.#send(question)
    if (question !== this.#question) return undefined
    this.#question = null
    let failure: Failure | null = null
    let flagsChanged: readonly string[] = []
    if (result.kind === 'flags') flagsChanged = this.#accept(result, isChange)
    else if (result.kind !== 'unchanged') failure = result
    else if (this.#held) this.#hold({ ...this.#held, isCached: false })
    this.#plan(failure)
    if (!failure && question.hints === this.#hints) this.#hints = null
    // All is settled before the application hears of it: what it does then may ask again.
    const isDue = this.#isDue || (!failure && this.#hints)
    this.#isDue = false
    if (isDue) this.#ask(false)
    const state = !failure ? 'Ready' : this.#held && isPassing(failure) ? 'Stale' : 'Error'
    // The SDK tells how a change ends.
    if (isChange) this.#state = failure ? 'Error' : 'Ready'
    else {
      this.#enter(state, failure)
      if (flagsChanged.length > 0) this.#tellChanged(flagsChanged)
    }
    return failure
  }

  /** Never rejects. */
  #send({ request, hints }: Question): BulkResult | Promise<BulkResult> {
    const retryAfterMs = this.#notBeforeMs - performance.now()
    if (retryAfterMs > 0)
      return { kind: 'later', message: `the relay asked for a pause of ${retryAfterMs} ms`, retryAfterMs }
    const { url: baseUrl, apiKey, headers, timeoutMs = 10_000, fetch = globalThis.fetch } = this.#options
    const transport = fetchTransport(fetch, timeoutMs, request)
    const query = String(new URLSearchParams({ ...hints }))
    const etag = this.#held?.key === this.#subject.key ? this.#held.etag : null
    const server = {
      baseUrl,
      headers: { ...(apiKey && { authorization: `Bearer ${apiKey}` }), ...headers },
      transport,
      now: Date.now,
    }
    return evaluateFlags(server, this.#subject.context, { etag, query })
  }

  /** @returns the keys of the flags that have another answer than before */
  #accept(answer: BulkAnswer, isChange: boolean): string[] {
    const before = this.#held?.flags ?? new Map<string, FlagAnswer>()
    if ((this.#options.changeDetection ?? 'sse') === 'sse') this.#streams.use(answer.eventStreams, isChange)
    this.#hold({ ...answer, ...this.#subject, isCached: false })
    return changedFlags(before, answer.flags)
  }

  #hold(held: HeldFlags): void {
    this.#held = held
    this.#persistence.write(held)
  }

  /** When to ask again without a reason from outside. */
  #plan(failure: Failure | null): void {
    const { changeDetection, pollIntervalMs } = this.#options
    const retryAfterMs = failure?.retryAfterMs ?? 0
    this.#notBeforeMs = performance.now() + retryAfterMs
    this.#failures = failure ? this.#failures + 1 : 0
    if (failure) this.#failure = failure
    if (changeDetection === 'none' || failure?.kind === 'refused') return
    if (failure) this.#refreshIn(Math.max(retryAfterMs, backoffMs(this.#failures)))
    else if (pollIntervalMs && !this.#streams.isLive) this.#refreshIn(pollIntervalMs)
  }

  /** Tells a new state, unless the application knows it already. */
  #enter(state: State, failure: Failure | null): void {
    if (state === this.#state) return
    this.#state = state
    const code = state === 'Error' && { errorCode: (failure?.errorCode ?? 'GENERAL') as unknown as ErrorCode }
    this.events.emit(ProviderEvents[state], failure ? { message: failure.message, ...code } : {})
  }

  #tellChanged(flagKeys: Iterable<string>): void {
    this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...flagKeys] })
  }

  /** Asks when the page is shown or online again and no stream tells of changes; closes the streams of a page that stays hidden. */
  #watchPage(signal: AbortSignal): void {
    const page: Document | undefined = globalThis.document
    const look = (): void => {
      clearTimeout(this.#inactivityTimer)
      if (page?.hidden) {
        const delayMs = this.#options.inactivityDelayMs ?? this.#streams.inactivityDelayMs
        this.#inactivityTimer = setInterval(() => {
          this.#doubt()
          this.#streams.close()
        }, delayMs)
      } else if (!this.#streams.isLive || this.#state !== 'Ready') this.#refresh()
    }
    if (page?.hidden) look()
    page?.addEventListener('visibilitychange', look, { signal })
    globalThis.addEventListener?.('online', look, { signal })
  }
}
