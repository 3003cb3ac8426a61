/**
 * The flags of one context: asks for them, notices changes, and never has one user's flags for another. Only the last question
 * counts; what comes of an earlier one is dropped.
 */
import {
  evaluateFlags,
  failed,
  readFlags,
  resolve,
  type BulkAnswer,
  type BulkResult,
  type Failure,
  type FlagAnswer,
  type Json,
  type Resolution,
  type ValueType,
} from '../ofrep/index.js'
import { EventStreams, type ChangeHints } from './event-streams.js'
import { fetchTransport } from './fetch-transport.js'
import type { Settings } from './options.js'
import { createPersistence, type HeldFlags, type Persistence } from './persistence.js'
import { canonical, subjectOf, type Subject } from './subject.js'

/** What the application is told while no start and no change of context is under way: the SDK speaks for those. */
export interface FeedEvents {
  /** `Stale`: the flags that are served may be outdated. `ConfigurationChanged`: exactly these flags have another answer. */
  (event: 'Ready' | 'Stale' | 'Error' | 'ConfigurationChanged', details?: FeedEventDetails): void
}

export interface FeedEventDetails {
  readonly message?: string
  readonly errorCode?: string | undefined
  readonly flagsChanged?: string[]
}

interface Question {
  /** The context is new; the SDK tells how it ends. */
  readonly isChange?: boolean
  /** No 304 is wanted: what happened lately is not known. */
  readonly isUnconditional?: boolean | undefined
  readonly hints?: ChangeHints
}

/** null: flags have come. undefined: another question has taken the place of this one. */
type Outcome = Failure | null | undefined

type State = 'Ready' | 'Stale' | 'Error'

type Timer = ReturnType<typeof setTimeout> | undefined

const notStarted: Failure = { kind: 'unavailable', message: 'the provider is not started' }
const notThere: Failure = { kind: 'unavailable', message: 'the flags of this user have not come yet' }
/** What the relay says of itself. */
const outdated: Failure = { kind: 'later', message: 'the relay serves data that may be outdated' }

const longestRetryMs = 60_000
const longestReconnectMs = 300_000
/** Timers take no longer delays. */
const longestTimerMs = 2 ** 31 - 1

export class FlagFeed {
  readonly #settings: Settings
  readonly #tell: FeedEvents
  readonly #streams: EventStreams
  #persistence: Persistence | undefined
  #subject: Subject
  #held: HeldFlags | null = null
  /** Why nothing is held. */
  #failure: Failure = notStarted
  /** What the application was told last, by the SDK or by us. */
  #state: State = 'Error'
  /** The question under way. */
  #request: AbortController | null = null
  #isChanging = false
  #outcome: Promise<Outcome> | undefined
  /** To be asked once the one under way is answered, whose answer may be older than the reason to ask. */
  #next: Question | null = null
  /** Aborted when the feed is closed. */
  #lifetime = new AbortController()
  #timer: Timer
  #inactivityTimer: Timer
  #failures = 0
  /** The relay is not to be asked before, epoch milliseconds. */
  #notBeforeMs = 0

  constructor(settings: Settings, tell: FeedEvents) {
    this.#settings = settings
    this.#tell = tell
    this.#subject = subjectOf({}, settings.userOf)
    this.#streams = new EventStreams(settings.eventSource, settings.url, {
      opened: (isUnconditional) => this.#refresh({ isUnconditional }),
      changed: (hints) => this.#refresh({ hints }),
      lost: (count) => this.#refreshIn(backoffMs(count, longestReconnectMs)),
    })
  }

  /** @returns what is wrong, null once there are flags to serve */
  async start(context: object, domain: string | undefined): Promise<Failure | null> {
    const { cacheMode, userOf, changeDetection } = this.#settings
    this.#lifetime = new AbortController()
    this.#persistence = createPersistence(this.#settings, domain)
    this.#subject = subjectOf(context, userOf)
    if (changeDetection !== 'none') this.#watchPage()
    this.#held = this.#rendered()
    if (cacheMode === 'local-cache-first') this.#held ??= this.#persistence.read(this.#subject)
    if (this.#held) {
      // What comes of it is told after the SDK has said READY.
      this.#timer = setTimeout(() => this.#refresh({}))
    } else {
      this.#ask({ isChange: true })
      const failure = await this.#settled()
      if (failure && !isLasting(failure) && failure.kind !== 'foreign')
        this.#held ??= this.#persistence.read(this.#subject)
      if (!this.#held) return failure
      if (failure) setTimeout(() => this.#enter('Stale', failure))
    }
    this.#state = 'Ready'
    return null
  }

  /** @returns what is wrong, null once there are the flags of this context; undefined where they are there already */
  change(context: object): Promise<Failure | null> | undefined {
    const before = this.#subject
    const dropped = this.#held
    const subject = subjectOf(context, this.#settings.userOf)
    const isAsked = this.#isChanging && subject.key === before.key
    if (!this.#isChanging && subject.key === before.key && dropped?.key === subject.key) {
      this.#state = 'Ready'
      return undefined
    }
    this.#subject = subject
    if (subject.user !== before.user) {
      this.#held = null
      this.#failure = notThere
      this.#persistence?.clear()
    }
    if (!isAsked) this.#ask({ isChange: true })
    if (dropped && !this.#held) this.#tell('ConfigurationChanged', { flagsChanged: [...dropped.flags.keys()] })
    return this.#settled()
  }

  resolve<Value extends Json>(flagKey: string, type: ValueType, defaultValue: Value): Resolution<Value> {
    const held = this.#held
    const { errorCode = 'PROVIDER_NOT_READY', message } = this.#failure
    if (!held) return failed(defaultValue, errorCode, message)
    const answer = held.flags.get(flagKey)
    if (!answer) return failed(defaultValue, 'FLAG_NOT_FOUND', `there is no flag ${flagKey}`, held.metadata)
    const resolution = resolve(answer, type, defaultValue)
    if (resolution.errorCode || (!held.isCached && held.key === this.#subject.key)) return resolution
    return { ...resolution, reason: held.isCached ? 'CACHED' : 'STALE' }
  }

  close(): void {
    this.#lifetime.abort()
    this.#request?.abort()
    this.#request = this.#next = this.#held = null
    this.#isChanging = false
    this.#failure = notStarted
    this.#outcome = Promise.resolve(notStarted)
    clearTimeout(this.#timer)
    clearTimeout(this.#inactivityTimer)
    this.#streams.use([], true)
  }

  /** The outcome of the last question, however often one takes another's place. */
  async #settled(): Promise<Failure | null> {
    let outcome
    do outcome = await this.#outcome
    while (outcome === undefined)
    return outcome
  }

  /** What the server rendered, where it is for this user. */
  #rendered(): HeldFlags | null {
    const { bootstrap, userOf } = this.#settings
    const set = readFlags(bootstrap?.answer)
    if (!bootstrap || !set) return null
    const { user, key } = subjectOf(bootstrap.context, userOf)
    if (user !== this.#subject.user) return null
    return { ...set, user, key, etag: null, isCached: key !== this.#subject.key }
  }

  #refresh(question: Question): void {
    if (this.#lifetime.signal.aborted) return
    if (!this.#request) return this.#ask(question)
    const next = this.#next
    this.#next = {
      isUnconditional: next?.isUnconditional || question.isUnconditional,
      hints: { ...next?.hints, ...question.hints },
    }
  }

  #refreshIn(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => globalThis.document?.hidden || this.#refresh({}), Math.min(delayMs, longestTimerMs))
  }

  #ask(question: Question): void {
    this.#request?.abort()
    clearTimeout(this.#timer)
    this.#request = new AbortController()
    this.#isChanging = question.isChange === true
    this.#outcome = this.#answer(this.#request, question)
  }

  async #answer(request: AbortController, question: Question): Promise<Outcome> {
    const held = this.#held
    const isKnown = held?.key === this.#subject.key && !question.isUnconditional && !this.#streams.isBroken
    const result = await this.#send(request, isKnown ? held.etag : null, question.hints)
    if (request !== this.#request) return undefined
    this.#request = null
    this.#isChanging = false
    let failure: Failure | null = null
    let flagsChanged: string[] = []
    if (result.kind === 'flags') flagsChanged = this.#accept(result, question)
    else if (result.kind !== 'unchanged') failure = result
    else if (held) this.#hold({ ...held, isCached: false })
    const trouble = failure ?? (result.response?.header('switchyard-state') === 'stale' ? outdated : null)
    this.#plan(failure, trouble)
    // All is settled before the application hears of it: what it does then may ask again.
    const next = this.#next
    this.#next = null
    if (next) this.#ask(next)
    const state = !trouble ? 'Ready' : this.#held && !isLasting(trouble) ? 'Stale' : 'Error'
    if (question.isChange) {
      this.#state = failure ? 'Error' : 'Ready'
      if (!failure) setTimeout(() => this.#enter(state, trouble))
      return failure
    }
    this.#enter(state, trouble)
    if (flagsChanged.length > 0) this.#tell('ConfigurationChanged', { flagsChanged })
    return failure
  }

  /** Never rejects. */
  async #send(request: AbortController, etag: string | null, hints: ChangeHints | undefined): Promise<BulkResult> {
    const { url: baseUrl, headers, fetch, timeoutMs } = this.#settings
    const retryAfterMs = this.#notBeforeMs - Date.now()
    if (retryAfterMs > 0)
      return { kind: 'later', message: `the relay asked for a pause of ${retryAfterMs} ms`, retryAfterMs }
    const transport = fetchTransport(fetch, timeoutMs, request)
    const query = String(new URLSearchParams({ ...hints }))
    return evaluateFlags({ baseUrl, headers, transport, now: Date.now }, this.#subject.context, { etag, query })
  }

  /** @returns the keys of the flags that have another answer than before */
  #accept({ items, flags, metadata, etag, eventStreams }: BulkAnswer, { isChange = false }: Question): string[] {
    const before = this.#held?.flags ?? new Map<string, FlagAnswer>()
    if (this.#settings.changeDetection === 'sse') this.#streams.use(eventStreams, isChange)
    const { user, key } = this.#subject
    this.#hold({ items, flags, metadata, etag, user, key, isCached: false })
    return [...new Map([...before, ...flags]).keys()].filter(
      (flagKey) => canonical(before.get(flagKey)) !== canonical(flags.get(flagKey)),
    )
  }

  #hold(held: HeldFlags): void {
    this.#held = held
    this.#persistence?.write(held, this.#streams.isNone)
  }

  /** When to ask again without a reason from outside. */
  #plan(failure: Failure | null, trouble: Failure | null): void {
    const { changeDetection, pollIntervalMs } = this.#settings
    this.#failures = failure ? this.#failures + 1 : 0
    const retryAfterMs = failure?.retryAfterMs ?? 0
    this.#notBeforeMs = Date.now() + retryAfterMs
    if (failure) this.#failure = failure
    if (changeDetection === 'none' || (failure && isLasting(failure))) return
    if (failure) this.#refreshIn(Math.max(retryAfterMs, backoffMs(this.#failures, longestRetryMs)))
    else if (pollIntervalMs && !this.#streams.isLive) this.#refreshIn(pollIntervalMs)
    else if (trouble) this.#refreshIn(longestReconnectMs)
  }

  #enter(state: State, trouble: Failure | null): void {
    if (state === this.#state || this.#lifetime.signal.aborted) return
    this.#state = state
    this.#tell(state, trouble ?? {})
  }

  /** Asks when the page is shown or online again and no stream tells of changes; closes the streams of a page that stays hidden. */
  #watchPage(): void {
    const page: Document | undefined = globalThis.document
    const { signal } = this.#lifetime
    const look = (): void => {
      clearTimeout(this.#inactivityTimer)
      this.#streams.isPaused = false
      if (page?.hidden) {
        const delayMs = this.#settings.inactivityDelayMs ?? this.#streams.inactivityDelayMs
        this.#inactivityTimer = setTimeout(() => this.#streams.pause(), delayMs)
      } else if (!this.#streams.isLive || this.#state !== 'Ready') this.#refresh({})
    }
    if (page?.hidden) look()
    page?.addEventListener('visibilitychange', look, { signal })
    globalThis.addEventListener?.('online', look, { signal })
  }
}

/** Whether asking again does not help. */
function isLasting({ kind }: Failure): boolean {
  return kind === 'refused' || kind === 'invalid'
}

/** A random delay below one that doubles each time, so that not everybody comes back at once. */
function backoffMs(count: number, longestMs: number): number {
  return Math.random() * Math.min(longestMs, 1_000 * 2 ** count)
}
