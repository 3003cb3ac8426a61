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
export interface FeedListener {
  ready(): void
  /** Flags are served that may be outdated. */
  stale(message: string): void
  error(trouble: Trouble): void
  /** Exactly these flags have another answer than before. */
  changed(flagKeys: string[]): void
}

/** Why there are no flags, or none that are confirmed. */
export interface Trouble {
  readonly errorCode: string
  readonly message: string
  /**
   * `passing`: the relay cannot be reached, or not now. `refused`: it does not take the credentials. `invalid`: it cannot evaluate
   * this context. `unknown`: what answers is no relay.
   */
  readonly kind: 'passing' | 'refused' | 'invalid' | 'unknown'
  readonly retryAfterMs: number
}

interface Question {
  /** The context is new; the SDK tells how it ends. */
  readonly isChange?: boolean
  /** No 304 is wanted: what happened lately is not known. */
  readonly isUnconditional?: boolean
  readonly hints?: ChangeHints
}

/** Stands in for the outcome of a question that another one has replaced. */
const superseded = Symbol('superseded')

const longestRetryMs = 60_000
const longestReconnectMs = 300_000
/** Timers take no longer delays. */
const longestTimerMs = 2 ** 31 - 1

type Timer = ReturnType<typeof setTimeout> | undefined

export class FlagFeed {
  readonly #settings: Settings
  readonly #listener: FeedListener
  readonly #streams: EventStreams
  #persistence: Persistence | undefined
  #subject: Subject
  #held: HeldFlags | null = null
  /** Why nothing is held. */
  #trouble: Trouble = troubleOf('the provider is not started')
  /** What the application was told last, by the SDK or by us. */
  #state: 'ready' | 'stale' | 'error' = 'error'
  /** The question under way. */
  #request: AbortController | null = null
  #isChanging = false
  #outcome: Promise<Trouble | null | typeof superseded> = Promise.resolve(null)
  /** To be asked once the one under way is answered, whose answer may be older than the reason to ask. */
  #next: Question | null = null
  /** Aborted when the feed is closed. */
  #lifetime = new AbortController()
  #timer: Timer
  #inactivityTimer: Timer
  #failures = 0
  /** The relay is not to be asked before, epoch milliseconds. */
  #notBeforeMs = 0

  constructor(settings: Settings, listener: FeedListener) {
    this.#settings = settings
    this.#listener = listener
    this.#subject = subjectOf({}, settings.userOf)
    this.#streams = new EventStreams(settings.eventSource, settings.url, {
      opened: (isUnconditional) => this.#refresh({ isUnconditional }),
      changed: (hints) => this.#refresh({ hints }),
      lost: (count) => this.#refreshIn(backoffMs(count, longestReconnectMs)),
    })
  }

  /** @returns what is wrong, null once there are flags to serve */
  async start(context: object, domain: string | undefined): Promise<Trouble | null> {
    const { cacheMode, userOf, changeDetection } = this.#settings
    this.#lifetime = new AbortController()
    this.#persistence = createPersistence(this.#settings, domain)
    this.#subject = subjectOf(context, userOf)
    if (changeDetection !== 'none') this.#watchPage()
    this.#held = this.#rendered()
    if (cacheMode === 'local-cache-first') this.#held ??= this.#persistence.read(this.#subject)
    if (this.#held) {
      this.#state = 'ready'
      // What comes of it is told after the SDK has said READY.
      this.#timer = setTimeout(() => this.#refresh({}))
      return null
    }
    this.#ask({ isChange: true })
    const trouble = await this.#settled()
    if (trouble?.kind === 'passing') this.#held ??= this.#persistence.read(this.#subject)
    if (!trouble || !this.#held) return trouble
    this.#state = 'ready'
    setTimeout(() => this.#enter('stale', trouble))
    return null
  }

  /** @returns what is wrong, null once there are the flags of this context; undefined where they are there already */
  change(context: object): Promise<Trouble | null> | undefined {
    const before = this.#subject
    const dropped = this.#held
    const subject = subjectOf(context, this.#settings.userOf)
    const isSame = subject.key === before.key
    if (isSame && !this.#isChanging && dropped?.key === subject.key) {
      this.#state = 'ready'
      return undefined
    }
    this.#subject = subject
    if (subject.user !== before.user) {
      this.#held = null
      this.#trouble = troubleOf('the flags of this user have not come yet')
      this.#persistence?.clear()
    }
    if (!isSame || !this.#isChanging) this.#ask({ isChange: true })
    if (dropped && !this.#held) this.#listener.changed([...dropped.flags.keys()])
    return this.#settled()
  }

  resolve<Value extends Json>(flagKey: string, type: ValueType, defaultValue: Value): Resolution<Value> {
    const held = this.#held
    if (!held) return failed(defaultValue, this.#trouble.errorCode, this.#trouble.message)
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
    this.#trouble = troubleOf('the provider is closed')
    this.#outcome = Promise.resolve(this.#trouble)
    clearTimeout(this.#timer)
    clearTimeout(this.#inactivityTimer)
    this.#streams.close()
  }

  /** The outcome of the last question, however often one takes another's place. */
  async #settled(): Promise<Trouble | null> {
    let outcome
    do outcome = await this.#outcome
    while (outcome === superseded)
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
      isUnconditional: next?.isUnconditional || question.isUnconditional || false,
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

  async #answer(request: AbortController, question: Question): Promise<Trouble | null | typeof superseded> {
    const held = this.#held
    const isKnown = held?.key === this.#subject.key && !question.isUnconditional && !this.#streams.isBroken
    const etag = isKnown ? held.etag : null
    const result = await this.#send(request, etag, question.hints)
    if (request !== this.#request) return superseded
    this.#request = null
    this.#isChanging = false
    let trouble: Trouble | null = null
    let changed: string[] = []
    if (result.kind === 'flags') changed = this.#accept(result, question)
    else if (held && etag && result.kind === 'unchanged') this.#hold({ ...held, isCached: false })
    else trouble = troubleIn(result)
    const isStale = result.response?.header('switchyard-state') === 'stale'
    this.#plan(trouble, isStale)
    // All is settled before the application hears of it: what it does then may ask again.
    const next = this.#next
    this.#next = null
    if (next) this.#ask(next)
    this.#tell(question, trouble ?? (isStale ? outdated : null), changed)
    return trouble
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
    return [...new Set([...before.keys(), ...flags.keys()])].filter(
      (flagKey) => canonical(before.get(flagKey)) !== canonical(flags.get(flagKey)),
    )
  }

  #hold(held: HeldFlags): void {
    this.#held = held
    this.#persistence?.write(held, this.#streams.isNone)
  }

  /** When to ask again without a reason from outside. */
  #plan(trouble: Trouble | null, isStale: boolean): void {
    const { changeDetection, pollIntervalMs } = this.#settings
    this.#failures = trouble ? this.#failures + 1 : 0
    if (trouble) this.#notBeforeMs = Date.now() + trouble.retryAfterMs
    if (trouble && !this.#held) this.#trouble = trouble
    if (trouble?.kind === 'refused') this.#streams.close()
    if (changeDetection === 'none' || trouble?.kind === 'refused' || trouble?.kind === 'invalid') return
    if (trouble) this.#refreshIn(Math.max(trouble.retryAfterMs, backoffMs(this.#failures, longestRetryMs)))
    else if (pollIntervalMs && !this.#streams.isLive) this.#refreshIn(pollIntervalMs)
    else if (isStale) this.#refreshIn(longestReconnectMs)
  }

  #tell({ isChange }: Question, trouble: Trouble | null, changed: string[]): void {
    const isError = trouble?.kind === 'refused' || trouble?.kind === 'invalid' || !this.#held
    const state = trouble ? (isError ? 'error' : 'stale') : 'ready'
    if (isChange) {
      // The SDK tells it.
      this.#state = trouble && trouble !== outdated ? 'error' : 'ready'
      if (trouble === outdated) setTimeout(() => this.#enter('stale', outdated))
      return
    }
    this.#enter(state, trouble)
    if (changed.length > 0) this.#listener.changed(changed)
  }

  #enter(state: 'ready' | 'stale' | 'error', trouble: Trouble | null): void {
    if (state === this.#state || this.#lifetime.signal.aborted) return
    this.#state = state
    if (!trouble) this.#listener.ready()
    else if (state === 'stale') this.#listener.stale(trouble.message)
    else this.#listener.error(trouble)
  }

  /** Asks when the page is shown or online again and no stream tells of changes; closes the streams of a page that stays hidden. */
  #watchPage(): void {
    const page: Document | undefined = globalThis.document
    const { signal } = this.#lifetime
    const look = (): void => {
      clearTimeout(this.#inactivityTimer)
      if (page?.hidden) {
        const delayMs = this.#settings.inactivityDelayMs ?? this.#streams.inactivityDelayMs
        this.#inactivityTimer = setTimeout(() => this.#streams.pause(), delayMs)
        return
      }
      this.#streams.resume()
      if (!this.#streams.isLive || this.#state !== 'ready') this.#refresh({})
    }
    if (page?.hidden) look()
    page?.addEventListener('visibilitychange', look, { signal })
    globalThis.addEventListener?.('online', look, { signal })
  }
}

function troubleOf(message: string, kind: Trouble['kind'] = 'unknown', errorCode = 'PROVIDER_NOT_READY'): Trouble {
  return { message, kind, errorCode, retryAfterMs: 0 }
}

/** What the relay says of itself. */
const outdated = troubleOf('the relay serves data that may be outdated')

function troubleIn({ response, ...result }: BulkResult): Trouble {
  switch (result.kind) {
    case 'refused':
      return troubleOf(result.message, 'refused', 'GENERAL')
    case 'invalid':
      return troubleOf(result.message, 'invalid', result.errorCode)
    case 'later':
      return { ...troubleOf(result.message, 'passing'), retryAfterMs: result.retryAfterMs ?? 0 }
    case 'unavailable':
      return troubleOf(result.message, !response || response.status >= 500 ? 'passing' : 'unknown')
    default:
      return troubleOf('status 304, but nothing was held')
  }
}

/** A random delay below one that doubles each time, so that not everybody comes back at once. */
function backoffMs(count: number, longestMs: number): number {
  return Math.random() * Math.min(longestMs, 1_000 * 2 ** count)
}
