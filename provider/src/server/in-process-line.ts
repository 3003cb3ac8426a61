/** The in-process provider's connection to its relay: a feed, the ruleset in service, and what the application is told. */
import type { SealedRuleset } from '@switchyard/engine'
import type { FeedFailure } from './feed-failure.js'
import { createInProcess, type InProcess } from './in-process.js'
import type { Settings } from './options.js'
import { RulesetFeed } from './ruleset-feed.js'
import { pause } from './silence.js'
import type { KeptRuleset, SnapshotFile } from './snapshot-file.js'
import type { ClosableTransport } from './transport.js'
import { createUsage, type Usage } from './usage.js'

export interface LineEvents {
  readonly ready: () => void
  readonly stale: (message: string) => void
  readonly changed: (flagKeys: string[]) => void
  /** There has never been a ruleset, and the relay refuses the credentials. */
  readonly refused: (message: string) => void
  /** The relay's rulesets cannot be read here, now or later: it has to be asked for answers. */
  readonly unreadable: (message: string) => void
}

/** What the application takes the provider for. */
type Told = 'ready' | 'stale' | 'error'

/** Why what is served may be old. */
type Doubt = 'relay' | 'contact' | 'file'

export interface LineParts {
  readonly settings: Settings
  readonly transport: ClosableTransport
  /** null: nothing is kept. */
  readonly file: SnapshotFile | null
  readonly events: LineEvents
}

/** With flags from a file there is something to serve: the relay is not waited for longer than that. */
const longestWaitMs = 2_000

export class InProcessLine {
  readonly evaluator: InProcess
  readonly #parts: LineParts
  readonly #feed: RulesetFeed
  /** null where the application does not want to be counted. */
  readonly #usage: Usage | null
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null
  readonly #doubts = new Map<Doubt, string>()
  #hasBegun = false
  #isStarted = false
  /** What the application was told last; null while the SDK still speaks for the provider. */
  #told: Told | null = null
  #silence: ReturnType<typeof setTimeout> | undefined
  #unknown = ''
  /** Who waits for the next word of the relay. */
  #waiting: ((contact: FeedFailure | null) => void)[] = []

  constructor(parts: LineParts) {
    this.#parts = parts
    const { settings, transport } = parts
    this.#usage = createUsage(settings, transport)
    this.evaluator = createInProcess(Date.now, Math.random, this.#usage?.counts ?? null)
    this.#feed = new RulesetFeed({
      ...settings,
      transport,
      random: Math.random,
      pause,
      events: {
        ruleset: (ruleset) => this.#arrived(ruleset),
        relayState: (isStale) => this.#confirmed(isStale),
        contact: () => this.#heard(),
        lost: (failure) => this.#lost(failure),
      },
    })
  }

  get isClosed(): boolean {
    return this.#stop.signal.aborted
  }

  /** What the application takes the provider for. */
  get told(): Told {
    return this.#told ?? 'error'
  }

  /**
   * Begins with what was kept, and with the relay. Once it has begun, it is only waited for.
   *
   * @returns what the first contact came to: null for a ruleset, or for one that was kept while the relay says nothing. The
   * feed goes on either way
   */
  async start(): Promise<FeedFailure | null> {
    if (this.#hasBegun) return this.evaluator.snapshot === null ? this.#contact() : null
    this.#hasBegun = true
    const first = this.#contact()
    const kept = (await this.#parts.file?.read()) ?? null
    if (kept !== null) this.#begin(kept)
    if (this.#stop.signal.aborted) return null
    this.#running = this.#feed.run(this.#stop.signal, kept?.ruleset ?? null)
    this.#usage?.reporter.start()
    const contact = await first
    return contact?.kind === 'unavailable' && kept !== null ? null : contact
  }

  /**
   * Initialisation is over: from now on the application is told what changes.
   *
   * @param told what the SDK says once it has ended: READY, or ERROR
   */
  started(told: 'ready' | 'error'): void {
    this.#isStarted = true
    // Anything that is said before the SDK has spoken would be overruled.
    setTimeout(() => {
      this.#told = told
      this.#tell()
    }, 0)
  }

  async close(): Promise<void> {
    clearTimeout(this.#silence)
    this.#stop.abort(new Error('the provider was closed'))
    this.#firstContact(null)
    await Promise.all([this.#running, this.#usage?.reporter.close()])
    await this.#parts.file?.close()
  }

  /** What the next word of the relay is: null for flags. */
  #contact(): Promise<FeedFailure | null> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #firstContact(contact: FeedFailure | null): void {
    for (const resolve of this.#waiting.splice(0)) resolve(contact)
  }

  #begin({ ruleset, writtenAt }: KeptRuleset): void {
    this.#accept(ruleset)
    this.#doubts.set('file', `served from the snapshot file, as it was at ${writtenAt}`)
    const { timeoutMs } = this.#parts.settings
    const timer = setTimeout(() => this.#firstContact(null), Math.min(timeoutMs, longestWaitMs))
    this.#stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  }

  #arrived(ruleset: SealedRuleset): void {
    const changed = this.#accept(ruleset)
    this.#parts.file?.keep(ruleset)
    this.#doubts.delete('file')
    this.#firstContact(null)
    if (!this.#isStarted) return
    this.#tell()
    if (changed.length > 0) this.#parts.events.changed(changed)
  }

  #accept(ruleset: SealedRuleset): string[] {
    const { changed, unknown } = this.evaluator.accept(ruleset)
    if (unknown !== '' && unknown !== this.#unknown) {
      this.#parts.settings.logger.warn(`Switchyard: flags that need this are answered by the relay: ${unknown}`)
    }
    this.#unknown = unknown
    return changed
  }

  /** The relay knows what is held here, and has more or has not. */
  #confirmed(isStale: boolean): void {
    this.#doubts.delete('file')
    this.#doubt('relay', isStale ? 'the relay serves data that may be outdated' : null)
    if (this.evaluator.snapshot !== null) this.#firstContact(null)
  }

  #heard(): void {
    clearTimeout(this.#silence)
    this.#silence = undefined
    this.#doubt('contact', null)
  }

  /** One lost connection is no news; being without one for longer is. */
  #lost(failure: FeedFailure): void {
    this.#firstContact(failure)
    if (this.#isStarted) this.#judge(failure)
    this.#silence ??= setTimeout(
      () => this.#doubt('contact', `no contact with the relay: ${failure.message}`),
      this.#parts.settings.staleAfterMs,
    )
    this.#silence.unref?.()
  }

  /** Some failures do not pass. An address without rulesets may be a gateway's, so it is only believed at first. */
  #judge({ kind, message }: FeedFailure): void {
    const isEmpty = this.evaluator.snapshot === null
    if (kind === 'format' || (kind === 'absent' && isEmpty)) this.#parts.events.unreadable(message)
    else if (kind === 'refused' && isEmpty) this.#parts.events.refused(message)
  }

  #doubt(who: Doubt, message: string | null): void {
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
    if (doubt === undefined) this.#parts.events.ready()
    else this.#parts.events.stale(doubt)
  }
}
