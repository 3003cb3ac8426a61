/**
 * Where Flagsmith environments come from: the environment document by polling, and at once when the event stream says that
 * it changed.
 */
import { createHash } from 'node:crypto'
import { createHttpClient, type HttpAnswer, type HttpClient } from '../http/client.js'
import { listen } from '../http/event-stream.js'
import { createPoller } from '../http/poll.js'
import type { Source, SourceSink } from '../source.js'
import type { FlagsmithOptions } from './options.js'
import { fetchPages } from './pages.js'

export interface FlagsmithSourceOptions extends FlagsmithOptions {
  /** `0 <= random() < 1` */
  readonly random: () => number
}

/** Every so many looks nothing is conditional: an identity override alone may not move the validator. */
const unconditionalEvery = 10

/** The vendor's stream says nothing between changes but closes and reopens every half minute. */
const streamIdleTimeoutMs = 90_000

export function createFlagsmithSource(options: FlagsmithSourceOptions): Source {
  return {
    description: `${options.baseUrl}/environment-document/`,
    async run(sink, signal) {
      const client = createHttpClient(options)
      const line = new DocumentLine(options, client, sink)
      const poller = createPoller({
        intervalMs: options.pollIntervalMs,
        attempt: (until) => line.look(until),
        failed: (error) => sink.failed(error),
        random: options.random,
      })
      try {
        await Promise.all([poller.run(signal), options.realtime ? line.listen(() => poller.wake(), signal) : undefined])
      } finally {
        await client.close()
      }
    },
  }
}

/** What is remembered between looks. */
class DocumentLine {
  readonly #options: FlagsmithSourceOptions
  readonly #client: HttpClient
  readonly #sink: SourceSink
  #lastModified: string | undefined
  #digest = ''
  #looks = 0
  /** Seconds since the epoch, as the vendor counts; 0 before the first document. */
  #updatedAtSeconds = 0
  /** Told once the client-side key is known: the stream is named after it. */
  #clientKeyKnown: (key: string) => void = () => undefined
  readonly #clientKey: Promise<string> = new Promise((resolve) => (this.#clientKeyKnown = resolve))

  constructor(options: FlagsmithSourceOptions, client: HttpClient, sink: SourceSink) {
    this.#options = options
    this.#client = client
    this.#sink = sink
  }

  async look(signal: AbortSignal): Promise<void> {
    const isConditional = this.#lastModified !== undefined && this.#looks % unconditionalEvery !== 0
    this.#looks += 1
    const headers = {
      'x-environment-key': this.#options.environmentKey,
      ...(isConditional && this.#lastModified !== undefined ? { 'if-modified-since': this.#lastModified } : {}),
    }
    const url = new URL(`${this.#options.baseUrl}/environment-document/`)
    const answer = await this.#client.get(url, headers, signal)
    if (answer.status === 304 && isConditional) return this.#sink.unchanged()
    const { document, bodies } = await fetchPages(answer, url, (next) =>
      this.#client.get(next, { 'x-environment-key': this.#options.environmentKey }, signal),
    )
    if (signal.aborted) return
    this.#lastModified = answer.header('last-modified')
    this.#deliver(document, bodies, answer)
  }

  #deliver(document: Record<string, unknown>, bodies: readonly Buffer[], answer: HttpAnswer): void {
    const digest = digestOf(bodies)
    if (digest === this.#digest) return this.#sink.unchanged()
    this.#digest = digest
    const { api_key: key } = document
    if (typeof key === 'string') this.#clientKeyKnown(key)
    const updatedAt = Number(answer.header('x-flagsmith-document-updated-at') ?? Number.NaN)
    if (!Number.isFinite(updatedAt)) return this.#sink.document(document, {})
    this.#updatedAtSeconds = updatedAt
    this.#sink.document(document, { version: String(updatedAt), changedAtMs: Math.round(updatedAt * 1_000) })
  }

  /** Wakes the poller when the stream names a version that is not ours; the next look asks without a condition. */
  async listen(wake: () => void, signal: AbortSignal): Promise<void> {
    const stopped = new Promise<null>((resolve) =>
      signal.addEventListener('abort', () => resolve(null), { once: true }),
    )
    const key = await Promise.race([this.#clientKey, stopped])
    if (key === null || signal.aborted) return
    const look = (): void => {
      this.#looks = 0
      wake()
    }
    const options = {
      client: this.#client,
      url: new URL(`${this.#options.realtimeUrl}/sse/environments/${encodeURIComponent(key)}/stream`),
      headers: () => ({}),
      message: ({ data }: { readonly data: string }) => {
        if (!(updatedAtOf(data) <= this.#updatedAtSeconds)) look()
      },
      opened: () => undefined,
      failed: () => undefined,
      idleTimeoutMs: streamIdleTimeoutMs,
      random: this.#options.random,
    }
    await listen(options, signal)
  }
}

function digestOf(bodies: readonly Buffer[]): string {
  const hash = createHash('sha256')
  for (const body of bodies) hash.update(body)
  return hash.digest('base64')
}

/** Seconds that an event names; documents say milliseconds, the vendor's own clients read seconds. NaN where it names none. */
function updatedAtOf(data: string): number {
  try {
    const { updated_at: updatedAt } = JSON.parse(data) as { readonly updated_at?: unknown }
    if (typeof updatedAt !== 'number') return Number.NaN
    return updatedAt > 1e11 ? updatedAt / 1_000 : updatedAt
  } catch {
    return Number.NaN
  }
}
