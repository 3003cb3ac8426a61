/**
 * Tells the relay what was evaluated here, now and then. Whatever happens to it is no business of evaluations: it fails in
 * silence, keeps its counts within bounds, and tries again.
 */
import { parseRetryAfter, type Transport } from '../ofrep/index.js'
import { halve, toBatches, type UsageBatch } from './usage-batch.js'
import type { UsageCounts } from './usage-counts.js'

export interface UsageReporterOptions {
  readonly baseUrl: string
  readonly headers: { readonly [name: string]: string }
  readonly send: Transport
  readonly counts: UsageCounts
  /** About how often, in milliseconds; shorter or longer by up to a quarter, by chance. */
  readonly intervalMs: number
  /** `0 <= random() < 1` */
  readonly random: () => number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** A name for a batch that nobody else gives. */
  readonly newName: () => string
}

/** How long closing may wait for the last batches. */
const closingMs = 2_000
/** After failures the interval grows, up to that many times; the relay must still remember what it has seen. */
const longestBackoff = 5
/** No pause is longer, whatever the relay asks for. */
const longestPauseMs = 3_600_000

/** The reporter of one provider. */
export class UsageReporter {
  readonly #options: UsageReporterOptions
  readonly #url: string
  /** Cut already, the first one perhaps sent already: they go before anything that was counted later. */
  #queue: UsageBatch[] = []
  #failures = 0
  #pauseMs = 0
  #isClosed = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #sending: Promise<boolean> = Promise.resolve(true)

  constructor(options: UsageReporterOptions) {
    this.#options = options
    this.#url = `${options.baseUrl.replace(/\/+$/, '')}/switchyard/v1/usage`
  }

  /** Begins to tell. Nothing keeps the process alive for it. */
  start(): void {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#report().then(() => this.start()), this.#delayMs())
    this.#timer.unref?.()
  }

  /** Tells what is left, for at most two seconds. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    let timer: ReturnType<typeof setTimeout> | undefined
    const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, closingMs)))
    await Promise.race([this.#reportRest(), deadline])
    clearTimeout(timer)
  }

  /** What is queued, then what was counted meanwhile. */
  async #reportRest(): Promise<void> {
    await this.#sending
    const hasQueue = this.#queue.length > 0
    if ((await this.#report()) && hasQueue) await this.#report()
  }

  #report(): Promise<boolean> {
    if (this.#queue.length === 0) this.#queue = toBatches(this.#options.counts.take(), this.#options.newName)
    this.#sending = this.#sendQueue()
    return this.#sending
  }

  /** @returns whether all of it has been told */
  async #sendQueue(): Promise<boolean> {
    for (let batch = this.#queue[0]; batch !== undefined; batch = this.#queue[0]) {
      const status = await this.#send(batch)
      if (isForLater(status)) {
        this.#failures += 1
        return false
      }
      this.#failures = 0
      const rest = this.#queue.slice(1)
      this.#queue = status === 413 ? [...halve(batch, this.#options.newName), ...rest] : rest
    }
    return true
  }

  /** @returns the status, 0 where there was no answer */
  async #send({ body }: UsageBatch): Promise<number> {
    const { send, headers, now } = this.#options
    this.#pauseMs = 0
    try {
      const request = { url: this.#url, headers: { 'content-type': 'application/json', ...headers }, body }
      const { status, header } = await send(request)
      this.#pauseMs = parseRetryAfter(header('retry-after'), now()) ?? 0
      return status
    } catch {
      return 0
    }
  }

  #delayMs(): number {
    const { intervalMs, random } = this.#options
    const backoff = Math.min(Math.max(this.#failures, 1), longestBackoff)
    return Math.min(Math.max(intervalMs * backoff * (0.75 + random() / 2), this.#pauseMs), longestPauseMs)
  }
}

/** Taken and hopeless batches are done with. The rest may be a relay that is away, older, or changing its keys. */
function isForLater(status: number): boolean {
  const isTaken = status >= 200 && status < 300
  return !isTaken && ![400, 413, 415, 422].includes(status)
}
