/** The in-process provider's connection to its relay: a feed, the ruleset in service, and what the application is told. */
import type { SealedRuleset } from '@switchyard/engine'
import { createInProcess, type InProcess } from './in-process.js'
import type { Settings } from './options.js'
import { RulesetFeed, type FeedFailure } from './ruleset-feed.js'
import type { ClosableTransport } from './transport.js'

export interface LineEvents {
  readonly ready: () => void
  readonly stale: (message: string) => void
  readonly changed: (flagKeys: string[]) => void
}

/** What the first contact came to. `null`: there is a ruleset. */
export type FirstContact = FeedFailure | null

export class InProcessLine {
  readonly evaluator: InProcess = createInProcess(Date.now, Math.random)
  readonly #settings: Settings
  readonly #events: LineEvents
  readonly #feed: RulesetFeed
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null
  /** Why what is served may be old, by who says so; fresh while there is none. */
  readonly #doubts = new Map<'relay' | 'contact', string>()
  #isStarted = false
  /** What the application was told last; null while the SDK still speaks for the provider. */
  #told: 'nothing' | 'ready' | 'stale' | null = null
  #silence: ReturnType<typeof setTimeout> | undefined
  #firstContact: (contact: FirstContact) => void = () => undefined

  constructor(settings: Settings, transport: ClosableTransport, events: LineEvents) {
    this.#settings = settings
    this.#events = events
    const { baseUrl, headers, idleTimeoutMs } = settings
    this.#feed = new RulesetFeed(
      {
        baseUrl,
        headers,
        transport,
        idleTimeoutMs,
        random: Math.random,
        events: {
          ruleset: (ruleset) => this.#accept(ruleset),
          relayState: (isStale) => this.#doubt('relay', isStale ? 'the relay serves data that may be outdated' : null),
          contact: () => this.#heard(),
          lost: (failure) => this.#lost(failure),
        },
      },
      null,
    )
  }

  /** Starts the feed. Resolves with the first ruleset, or with the first failure; the feed goes on either way. */
  start(): Promise<FirstContact> {
    const first = new Promise<FirstContact>((resolve) => (this.#firstContact = resolve))
    this.#running ??= this.#feed.run(this.#stop.signal)
    return first
  }

  /**
   * Initialisation is over: from now on the application is told what changes.
   *
   * @param isReady what the SDK says once it has ended: READY, or ERROR
   */
  started(isReady: boolean): void {
    this.#isStarted = true
    // Anything that is said before the SDK has spoken would be overruled.
    setTimeout(() => {
      this.#told = isReady ? 'ready' : 'nothing'
      this.#tell()
    }, 0)
  }

  async close(): Promise<void> {
    clearTimeout(this.#silence)
    this.#stop.abort(new Error('the provider was closed'))
    await this.#running
  }

  #accept(ruleset: SealedRuleset): void {
    const changed = this.evaluator.accept(ruleset)
    this.#firstContact(null)
    if (!this.#isStarted) return
    this.#tell()
    if (changed.length > 0) this.#events.changed(changed)
  }

  #heard(): void {
    clearTimeout(this.#silence)
    this.#silence = undefined
    this.#doubt('contact', null)
  }

  /** One lost connection is no news; being without one for longer is. */
  #lost(failure: FeedFailure): void {
    this.#firstContact(failure)
    this.#silence ??= setTimeout(
      () => this.#doubt('contact', `no contact with the relay: ${failure.message}`),
      this.#settings.staleAfterMs,
    )
    this.#silence.unref?.()
  }

  #doubt(who: 'relay' | 'contact', message: string | null): void {
    if (message === null) this.#doubts.delete(who)
    else this.#doubts.set(who, message)
    this.#tell()
  }

  /** Says what holds now, where that is news. */
  #tell(): void {
    if (this.#told === null || this.evaluator.snapshot === null) return
    const [doubt] = this.#doubts.values()
    const news = doubt === undefined ? 'ready' : 'stale'
    if (news === this.#told) return
    this.#told = news
    if (doubt === undefined) this.#events.ready()
    else this.#events.stale(doubt)
  }
}
