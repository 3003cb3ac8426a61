/**
 * Keeps a ruleset up to date from the relay: by the stream while it works, by polling while it does not, and with the truth
 * about how fresh it is.
 */
import { applyPatch, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { parseObject, textOf } from '../ofrep/index.js'
import { createEventStreamParser, type ServerSentEvent } from './event-stream-parser.js'
import { asFeedFailure, type FeedFailure } from './feed-failure.js'
import { isOldData } from './relay-state.js'
import { openStream, readRuleset, requestRuleset, type RulesetOrigin } from './ruleset-requests.js'
import { limitSilence } from './silence.js'

export interface RulesetFeedOptions extends RulesetOrigin {
  /** How long an answer may take to begin. */
  readonly timeoutMs: number
  /** The longest silence on the stream before it counts as dead; the relay sends something every 25 seconds at the latest. */
  readonly idleTimeoutMs: number
  /** Between two looks at the relay while there is no stream. */
  readonly pollIntervalMs: number
  /** `0 <= random() < 1` */
  readonly random: () => number
  /** Resolves after that time, or at once when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  readonly events: RulesetFeedEvents
}

export interface RulesetFeedEvents {
  /** A revision arrived, whole or as a patch. */
  readonly ruleset: (ruleset: SealedRuleset) => void
  /** The relay has looked at what is held, and says whether its own data is fresh. */
  readonly relayState: (isStale: boolean) => void
  /** A sign of life. */
  readonly contact: () => void
  /** Contact was lost or refused; the feed goes on trying. */
  readonly lost: (failure: FeedFailure) => void
}

const firstPauseMs = 250
const longestPauseMs = 30_000
/** A stream that lived as long as that was a good one: the next one is opened at once. */
const steadyMs = 5_000

/** How a stream ended. */
interface Ending {
  /** null: the relay closed it in good order. */
  readonly failure: FeedFailure | null
  /** Whether anything of it could be used. */
  readonly wasUseful: boolean
  readonly livedMs: number
}

/** The feed of one provider. */
export class RulesetFeed {
  readonly #options: RulesetFeedOptions
  #ruleset: SealedRuleset | null = null
  /** Sequence and revision as the relay counts them. */
  #lastEventId = ''
  /** Of the last whole ruleset that was asked for, and the revision it stands for. */
  #polled: { readonly etag: string | null; readonly revision: string } | null = null
  #failures = 0
  /** What came last could not be read: until something can, the relay is as good as away. */
  #isUnreadable = false

  constructor(options: RulesetFeedOptions) {
    this.#options = options
  }

  /**
   * Runs until the signal aborts. Never rejects.
   *
   * @param held what is there already, from a file: the stream then begins with what it lacks
   */
  async run(signal: AbortSignal, held: SealedRuleset | null): Promise<void> {
    if (held !== null) this.#hold(held, '')
    while (!signal.aborted) {
      const ending = await this.#follow(signal)
      if (signal.aborted) return
      const pauseMs = ending.wasUseful ? this.#afterStream(ending) : await this.#withoutStream(ending, signal)
      await this.#options.pause(pauseMs, signal)
    }
  }

  /** @returns how long to wait before the next one */
  #afterStream({ failure, livedMs }: Ending): number {
    this.#failures = livedMs >= steadyMs ? 0 : this.#failures + 1
    if (failure !== null) this.#options.events.lost(failure)
    return this.#jitteredPause()
  }

  /** Where no stream can be had the whole ruleset may still come, through proxies that hold streams back for instance. */
  async #withoutStream({ failure }: Ending, signal: AbortSignal): Promise<number> {
    const { events, pollIntervalMs, random } = this.#options
    const first = failure ?? { kind: 'unavailable', message: 'the stream ended before it began' }
    const second = first.kind === 'unavailable' ? await this.#poll(signal) : first
    if (second === null) {
      this.#failures = 0
      return pollIntervalMs * (0.5 + random() / 2)
    }
    this.#failures += 1
    const told = second.kind === 'unavailable' ? first : second
    if (!signal.aborted) events.lost(told)
    return Math.max(this.#jitteredPause(), told.retryAfterMs ?? 0)
  }

  /** Full jitter: anything up to a bound that doubles, so that clients of a relay that comes back do not come back as one. */
  #jitteredPause(): number {
    return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(this.#failures, 16)) * this.#options.random()
  }

  async #follow(signal: AbortSignal): Promise<Ending> {
    const { timeoutMs, idleTimeoutMs, events } = this.#options
    const silence = limitSilence(Math.min(timeoutMs, idleTimeoutMs), signal)
    const beganAt = performance.now()
    let wasUseful = false
    let failure: FeedFailure | null = null
    try {
      const chunks = await openStream(this.#options, this.#held(), silence.signal)
      let isWhole = true
      const parser = createEventStreamParser((event) => {
        wasUseful = true
        isWhole = isWhole && this.#read(event)
      })
      const decoder = new TextDecoder()
      for await (const chunk of chunks) {
        parser.feed(decoder.decode(chunk, { stream: true }))
        if (!this.#isUnreadable) events.contact()
        if (!isWhole) break
        silence.heard(wasUseful ? idleTimeoutMs : undefined)
      }
    } catch (error) {
      failure = asFeedFailure(error)
    } finally {
      silence.stop()
    }
    // What cannot be read is no use, however much of it came.
    if (failure?.kind === 'format' || failure?.kind === 'absent') wasUseful = false
    return { failure, wasUseful, livedMs: performance.now() - beganAt }
  }

  #held(): string {
    // What the relay believes to have sent may be what could not be read, so everything is asked for.
    if (this.#ruleset === null || this.#isUnreadable) return ''
    return this.#lastEventId === '' ? `0-${this.#ruleset.revision}` : this.#lastEventId
  }

  #read(event: ServerSentEvent): boolean {
    try {
      return this.#receive(event)
    } catch (error) {
      this.#isUnreadable = true
      throw error
    }
  }

  /** @returns whether the stream can go on; false: there is a gap, and the next connection begins with everything */
  #receive({ event, data, id }: ServerSentEvent): boolean {
    switch (event) {
      case 'state':
        this.#options.events.relayState(isOldData(textOf(parseObject(data)?.['state']) ?? null))
        return true
      case 'ruleset':
        this.#accept(readRuleset(data), id)
        return true
      case 'patch':
        return this.#patch(JSON.parse(data) as RulesetPatch, id)
      default:
        return true
    }
  }

  #patch(patch: RulesetPatch, id: string): boolean {
    const patched = this.#ruleset === null ? null : applyPatch(this.#ruleset, patch)
    if (patched?.ok === true) this.#accept(patched.ruleset, id)
    else this.#ruleset = null
    return patched?.ok === true
  }

  /** @returns what went wrong, or null */
  async #poll(signal: AbortSignal): Promise<FeedFailure | null> {
    const { timeoutMs, events } = this.#options
    const silence = limitSilence(timeoutMs, signal)
    const etag = this.#polled !== null && this.#polled.revision === this.#ruleset?.revision ? this.#polled.etag : null
    try {
      const answer = await requestRuleset(this.#options, { etag, signal: silence.signal, heard: () => silence.heard() })
      events.contact()
      const { ruleset } = answer
      if (ruleset !== null) this.#polled = { etag: answer.etag, revision: ruleset.revision }
      if (ruleset !== null && ruleset.revision !== this.#ruleset?.revision) this.#accept(ruleset, '')
      events.relayState(answer.isStale)
      return null
    } catch (error) {
      return asFeedFailure(error)
    } finally {
      silence.stop()
    }
  }

  #accept(ruleset: SealedRuleset, id: string): void {
    this.#hold(ruleset, id)
    this.#options.events.ruleset(ruleset)
  }

  #hold(ruleset: SealedRuleset, id: string): void {
    this.#isUnreadable = false
    this.#ruleset = ruleset
    this.#lastEventId = id
  }
}
