/**
 * Keeps a ruleset up to date from the relay: the stream while it works, polling while it does not, and the truth about how
 * fresh it is.
 */
import { applyPatch, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { createEventStreamParser, type ServerSentEvent } from './event-stream-parser.js'
import type { ClosableTransport } from './transport.js'

export interface RulesetFeedOptions {
  readonly baseUrl: string
  readonly headers: { readonly [name: string]: string }
  readonly transport: ClosableTransport
  /** The longest silence on the stream before it counts as dead; the relay sends something every 25 seconds at the latest. */
  readonly idleTimeoutMs: number
  /** `0 <= random() < 1` */
  readonly random: () => number
  readonly events: RulesetFeedEvents
}

export interface RulesetFeedEvents {
  /** A revision arrived whole or as a patch. */
  readonly ruleset: (ruleset: SealedRuleset) => void
  /** The relay says whether its own data is fresh. */
  readonly relayState: (isStale: boolean) => void
  /** Contact was made: connected, or a poll was answered. */
  readonly contact: () => void
  /** Contact was lost or refused; the feed goes on trying. */
  readonly lost: (failure: FeedFailure) => void
}

export interface FeedFailure {
  /** `refused`: 401, 403. `unknown`: the relay does not offer rulesets, or in a format of another time. */
  readonly kind: 'refused' | 'unknown' | 'unavailable'
  readonly message: string
}

/** What this reader understands, for the relay's log and metrics. */
const format = { 'switchyard-ruleset': '1' }

const firstPauseMs = 250
const longestPauseMs = 30_000

/** The feed of one provider. */
export class RulesetFeed {
  readonly #options: RulesetFeedOptions
  #ruleset: SealedRuleset | null
  /** Sequence and revision as the relay counts them; empty after a gap. */
  #lastEventId = ''

  /** @param held what is there already, from a file: the stream then begins with what it lacks */
  constructor(options: RulesetFeedOptions, held: SealedRuleset | null) {
    this.#options = options
    this.#ruleset = held
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { events, random } = this.#options
    let failures = 0
    while (!signal.aborted) {
      try {
        await this.#connect(signal)
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        failures += 1
        events.lost(asFailure(error))
      }
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 16)) * random(), signal)
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { idleTimeoutMs, events } = this.#options
    const silence = new AbortController()
    const timer = setTimeout(
      () => silence.abort(new Error(`the stream was silent for ${idleTimeoutMs} ms`)),
      idleTimeoutMs,
    )
    try {
      const chunks = await this.#open(AbortSignal.any([signal, silence.signal]))
      let isWhole = true
      const parser = createEventStreamParser((event) => {
        isWhole = isWhole && this.#receive(event)
      })
      const decoder = new TextDecoder()
      for await (const chunk of chunks) {
        timer.refresh()
        events.contact()
        parser.feed(decoder.decode(chunk, { stream: true }))
        if (!isWhole) return
      }
    } finally {
      clearTimeout(timer)
    }
  }

  async #open(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { baseUrl, headers, transport } = this.#options
    const response = await transport.open({
      url: `${baseUrl.replace(/\/+$/, '')}/switchyard/v1/stream`,
      headers: { ...headers, ...format, accept: 'text/event-stream', ...resumeFrom(this.#lastEventId, this.#ruleset) },
      signal,
    })
    if (response.status !== 200) throw failureOfStatus(response.status)
    return response.chunks
  }

  /** @returns whether the stream can go on; false: there is a gap, and the next connection begins with everything */
  #receive({ event, data, id }: ServerSentEvent): boolean {
    switch (event) {
      case 'state':
        this.#options.events.relayState((JSON.parse(data) as { readonly state?: string }).state === 'stale')
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

  #accept(ruleset: SealedRuleset, id: string): void {
    this.#ruleset = ruleset
    this.#lastEventId = id
    this.#options.events.ruleset(ruleset)
  }
}

/** Another major version means another format, which is refused as a whole. */
function readRuleset(data: string): SealedRuleset {
  const ruleset = JSON.parse(data) as SealedRuleset
  if (ruleset.ruleset === 1) return ruleset
  const message = `rulesets of version ${String(ruleset.ruleset)} are not known to this provider`
  throw new StatusFailure({ kind: 'unknown', message })
}

function resumeFrom(lastEventId: string, ruleset: SealedRuleset | null): { readonly [name: string]: string } {
  if (ruleset === null) return {}
  return { 'last-event-id': lastEventId === '' ? `0-${ruleset.revision}` : lastEventId }
}

class StatusFailure extends Error {
  readonly failure: FeedFailure
  constructor(failure: FeedFailure) {
    super(failure.message)
    this.failure = failure
  }
}

function failureOfStatus(status: number): StatusFailure {
  const kind =
    status === 401 || status === 403 ? 'refused' : [404, 405, 406].includes(status) ? 'unknown' : 'unavailable'
  return new StatusFailure({ kind, message: `status ${status}` })
}

function asFailure(error: unknown): FeedFailure {
  if (error instanceof StatusFailure) return error.failure
  return { kind: 'unavailable', message: error instanceof Error ? error.message : String(error) }
}

/** Resolves after that time, or at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done, { once: true })
  })
}
