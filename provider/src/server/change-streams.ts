/** The event streams that OFREP's bulk answers name, followed from a server: they say that flags have changed. */
import { isObject, parseObject, textOf } from '../ofrep/index.js'
import { createEventStreamParser } from './event-stream-parser.js'
import { limitSilence } from './silence.js'
import type { ClosableTransport } from './transport.js'

export interface ChangeStreamsOptions {
  readonly baseUrl: string
  /** Sent to the relay's own origin and to no other. */
  readonly headers: { readonly [name: string]: string }
  readonly transport: ClosableTransport
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly listener: ChangeListener
}

/** Which configuration a change event spoke of: parameters of the question that it causes. */
export interface ChangeHints {
  readonly [parameter: string]: string
}

export interface ChangeListener {
  /** All streams are open: from now on every change is told. */
  readonly live: () => void
  readonly changed: (hints: ChangeHints) => void
  /**
   * One of them is gone, and all are given up: what has happened since is not known.
   *
   * @param wasSteady it had been open for long, so that opening it again is no rush
   */
  readonly lost: (wasSteady: boolean) => void
}

/** A stream that was open as long as that was a good one. */
const steadyMs = 5_000

/** Their addresses hold tokens: they are kept here and nowhere else. */
export class ChangeStreams {
  readonly #options: ChangeStreamsOptions
  /** Of the streams that are open or opening, by address: whether it is open. */
  readonly #streams = new Map<string, boolean>()
  #stop = new AbortController()

  constructor(options: ChangeStreamsOptions) {
    this.#options = options
  }

  /** Whether every change is told. */
  get isLive(): boolean {
    return this.#streams.size > 0 && [...this.#streams.values()].every(Boolean)
  }

  /** Whether it is too early to say whether every change is told. */
  get isOpening(): boolean {
    return this.#streams.size > 0 && !this.isLive
  }

  /**
   * Opens what an answer names, unless streams are open or opening.
   *
   * @returns whether there is one
   */
  use(advertised: readonly unknown[]): boolean {
    if (this.#streams.size > 0) return true
    const addresses = new Set(advertised.flatMap((stream) => addressOf(stream, this.#options.baseUrl)))
    for (const address of addresses) this.#streams.set(address, false)
    for (const address of addresses) void this.#follow(address, this.#stop.signal)
    return addresses.size > 0
  }

  /** Gives them all up; the next answer names them again. */
  close(): void {
    this.#stop.abort(new Error('no longer followed'))
    this.#stop = new AbortController()
    this.#streams.clear()
  }

  async #follow(address: string, signal: AbortSignal): Promise<void> {
    const { transport, timeoutMs, idleTimeoutMs } = this.#options
    const silence = limitSilence(timeoutMs, signal)
    let openedAt = Number.POSITIVE_INFINITY
    try {
      const headers = { ...this.#headersFor(address), accept: 'text/event-stream' }
      const { status, chunks } = await transport.open({ url: address, headers, signal: silence.signal })
      if (status === 200) {
        silence.heard(idleTimeoutMs)
        openedAt = performance.now()
        this.#opened(address)
        await this.#read(chunks, () => silence.heard())
      }
    } catch {
      // However it ended: it is lost.
    } finally {
      silence.stop()
    }
    if (signal.aborted) return
    this.close()
    this.#options.listener.lost(performance.now() - openedAt >= steadyMs)
  }

  #opened(address: string): void {
    this.#streams.set(address, true)
    if (this.isLive) this.#options.listener.live()
  }

  async #read(chunks: AsyncIterable<Uint8Array>, heard: () => void): Promise<void> {
    const decoder = new TextDecoder()
    const parser = createEventStreamParser(({ data }) => {
      const { type, etag, lastModified } = parseObject(data) ?? {}
      if (type !== 'refetchEvaluation') return
      this.#options.listener.changed({
        ...hint('flagConfigEtag', etag),
        ...hint('flagConfigLastModified', lastModified),
      })
    })
    for await (const chunk of chunks) {
      heard()
      parser.feed(decoder.decode(chunk, { stream: true }))
    }
  }

  #headersFor(address: string): { readonly [name: string]: string } {
    const { baseUrl, headers } = this.#options
    return new URL(address).origin === new URL(baseUrl).origin ? headers : {}
  }
}

function hint(name: string, value: unknown): ChangeHints {
  return typeof value === 'string' || typeof value === 'number' ? { [name]: String(value) } : {}
}

/** The address of a stream; nothing for what is none, or of a kind that does not exist yet. */
function addressOf(stream: unknown, baseUrl: string): string[] {
  if (!isObject(stream) || stream['type'] !== 'sse') return []
  const endpoint = isObject(stream['endpoint']) ? stream['endpoint'] : {}
  const path = textOf(stream['url']) ?? textOf(endpoint['requestUri'])
  const origin = textOf(endpoint['origin']) ?? baseUrl
  return path !== undefined && URL.canParse(path, origin) ? [new URL(path, origin).href] : []
}
