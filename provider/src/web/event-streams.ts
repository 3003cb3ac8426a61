/** The event streams that answers name. Their addresses hold tokens: they are kept here and nowhere else. */
import { parseObject } from '../ofrep/index.js'

/** What is used of an `EventSource`. */
export interface EventSourceLike {
  /** 0 connecting, 1 open, 2 closed for good. */
  readonly readyState: number
  addEventListener(type: 'open' | 'message' | 'error', listener: (event: MessageEvent<string>) => void): void
  close(): void
}

/** Which configuration a change event spoke of; sent along with the question that it causes. */
export interface ChangeHints {
  readonly flagConfigEtag?: string
  readonly flagConfigLastModified?: string
}

export interface StreamListener {
  /** @param isAgain after a loss: what happened meanwhile is not known */
  opened(isAgain: boolean): void
  /** Flags have changed. */
  changed(hints: ChangeHints): void
  /**
   * The platform has given a stream up.
   *
   * @param count how many times in a row
   */
  lost(count: number): void
}

export class EventStreams {
  /** How long a hidden page keeps them, as the relay says; milliseconds. */
  inactivityDelayMs = 120_000
  /** While that is so, none is opened. */
  isPaused = false
  readonly #open: (url: string) => EventSourceLike
  readonly #baseUrl: string
  readonly #listener: StreamListener
  #urls: readonly string[] = []
  readonly #sources = new Map<string, EventSourceLike>()
  #losses = 0

  constructor(open: (url: string) => EventSourceLike, baseUrl: string, listener: StreamListener) {
    this.#open = open
    this.#baseUrl = baseUrl
    this.#listener = listener
  }

  /** Whether the last answer named none. */
  get isNone(): boolean {
    return this.#urls.length === 0
  }

  /** Whether every change is told. */
  get isLive(): boolean {
    return this.#urls.length > 0 && this.#urls.every((url) => this.#sources.get(url)?.readyState === 1)
  }

  /** Whether a stream that an answer named is neither open nor opening; only another answer's address opens one again. */
  get isBroken(): boolean {
    return this.#urls.some((url) => !this.#sources.has(url))
  }

  /**
   * Opens what an answer names.
   *
   * @param isChange the answer is for another context. Otherwise open streams are kept, even if the answer calls them by other
   * names: a relay whose addresses change with every answer would never let one live
   */
  use(advertised: readonly unknown[], isChange: boolean): void {
    const urls = advertised.map((stream) => this.#read(stream)).filter((url) => url !== null)
    if (urls.length > 0 && !isChange && this.isLive) return
    this.#urls = urls
    for (const [url, source] of this.#sources) if (!urls.includes(url)) this.#drop(url, source)
    if (!this.isPaused) for (const url of urls) if (!this.#sources.has(url)) this.#connect(url)
  }

  /** Closes the streams. */
  pause(): void {
    this.isPaused = true
    for (const [url, source] of this.#sources) this.#drop(url, source)
  }

  #connect(url: string): void {
    let source: EventSourceLike
    try {
      source = this.#open(url)
    } catch {
      // No address, or a platform without event streams: as if none had been named.
      this.#urls = this.#urls.filter((other) => other !== url)
      return
    }
    this.#sources.set(url, source)
    let isAgain = false
    source.addEventListener('open', () => {
      this.#losses = 0
      this.#listener.opened(isAgain)
      isAgain = true
    })
    source.addEventListener('message', ({ data }) => {
      const event = parseObject(data)
      if (event?.['type'] === 'refetchEvaluation') this.#listener.changed(hintsOf(event))
    })
    source.addEventListener('error', () => {
      if (source.readyState !== 2 || this.#sources.get(url) !== source) return
      this.#drop(url, source)
      this.#listener.lost((this.#losses += 1))
    })
  }

  #drop(url: string, source: EventSourceLike): void {
    source.close()
    this.#sources.delete(url)
  }

  /** The address of a stream; null for what is none, or of a kind that does not exist yet. */
  #read(stream: unknown): string | null {
    try {
      const { type, url, endpoint, inactivityDelaySec } = stream as AdvertisedStream
      if (type !== 'sse') return null
      if (inactivityDelaySec) this.inactivityDelayMs = inactivityDelaySec * 1_000
      const page = globalThis.document?.baseURI
      return url ?? new URL(endpoint.requestUri, endpoint.origin ?? new URL(this.#baseUrl, page)).href
    } catch {
      return null
    }
  }
}

interface AdvertisedStream {
  readonly type: string
  readonly url?: string
  readonly endpoint: { readonly origin?: string; readonly requestUri: string }
  readonly inactivityDelaySec?: number
}

function hintsOf({ etag, lastModified }: { readonly [name: string]: unknown }): ChangeHints {
  return {
    ...(typeof etag === 'string' ? { flagConfigEtag: etag } : {}),
    ...(lastModified ? { flagConfigLastModified: `${lastModified as string | number}` } : {}),
  }
}
