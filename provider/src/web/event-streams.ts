/** The event streams that answers name. Their addresses hold tokens: they are kept here and nowhere else. */
import { parseObject } from '../ofrep/index.js'

/** What is used of an `EventSource`. */
export interface EventSourceLike extends Nullable<StreamHandlers> {
  /** 0 connecting, 1 open, 2 closed for good. */
  readonly readyState: number
  close(): void
}

interface StreamHandlers {
  onopen: (event: Event) => void
  onmessage: (event: MessageEvent<string>) => void
  onerror: (event: Event) => void
}

type Nullable<T> = { [Name in keyof T]: T[Name] | null }

/** Which configuration a change event spoke of: parameters of the question that it causes. */
export interface ChangeHints {
  readonly [parameter: string]: string
}

export interface StreamListener {
  /** @param isAgain after a loss: what happened meanwhile is not known */
  opened(isAgain: boolean): void
  /** Flags have changed. */
  changed(hints: ChangeHints): void
  /**
   * One was interrupted, and the platform tries again; or the platform has given one up, and none is open now: another answer is
   * needed.
   *
   * @param count how many times in a row streams were given up; 0 for an interruption
   */
  lost(count: number): void
}

export class EventStreams {
  /** How long a hidden page keeps them, as the relay says; milliseconds. */
  inactivityDelayMs = 120_000
  readonly #open: (url: string) => EventSourceLike
  readonly #baseUrl: string
  readonly #listener: StreamListener
  /** Those that are open or opening, by address. */
  readonly #sources = new Map<string, EventSourceLike>()
  #losses = 0

  constructor(open: (url: string) => EventSourceLike, baseUrl: string, listener: StreamListener) {
    this.#open = open
    this.#baseUrl = baseUrl
    this.#listener = listener
  }

  /** Whether every change is told. */
  get isLive(): boolean {
    return this.#sources.size > 0 && [...this.#sources.values()].every((source) => source.readyState === 1)
  }

  /**
   * Opens what an answer names.
   *
   * @param isChange the answer is for another context. Otherwise open streams are kept, even if the answer calls them by other
   * names: a relay whose addresses change with every answer would never let one live
   */
  use(advertised: readonly unknown[], isChange: boolean): void {
    const urls = advertised.flatMap((stream) => this.#read(stream))
    if (!isChange && urls.length > 0 && this.isLive) return
    for (const [url, source] of this.#sources) {
      if (urls.includes(url)) continue
      source.close()
      this.#sources.delete(url)
    }
    for (const url of urls) if (!this.#sources.has(url)) this.#connect(url)
  }

  /** Closes and forgets them all; the next answer names them again. */
  close(): void {
    this.use([], true)
  }

  #connect(url: string): void {
    let isAgain = false
    let isTold = false
    const handlers: StreamHandlers = {
      onopen: () => {
        this.#losses = 0
        this.#listener.opened(isAgain)
        isAgain = true
        isTold = false
      },
      onmessage: ({ data }) => {
        const { type, etag, lastModified } = parseObject(data) ?? {}
        if (type !== 'refetchEvaluation') return
        this.#listener.changed({
          ...((etag as string) && { flagConfigEtag: etag as string }),
          ...((lastModified as string) && { flagConfigLastModified: lastModified as string }),
        })
      },
      onerror: () => {
        if (this.#sources.get(url)?.readyState === 2) {
          this.close()
          this.#losses += 1
        } else if (isTold) return
        isTold = true
        this.#listener.lost(this.#losses)
      },
    }
    try {
      this.#sources.set(url, Object.assign(this.#open(url), handlers))
    } catch {
      // A platform without event streams: as if none had been named.
    }
  }

  /** The address of a stream; nothing for what is none, or of a kind that does not exist yet. */
  #read(stream: unknown): string[] {
    try {
      const { type, url, endpoint, inactivityDelaySec } = stream as AdvertisedStream
      if (type !== 'sse') return []
      if (inactivityDelaySec) this.inactivityDelayMs = inactivityDelaySec * 1_000
      const base = new URL(this.#baseUrl, globalThis.document?.baseURI)
      return [url ?? new URL(endpoint.requestUri, endpoint.origin ?? base).href]
    } catch {
      return []
    }
  }
}

interface AdvertisedStream {
  readonly type: string
  readonly url?: string
  readonly endpoint: { readonly origin?: string; readonly requestUri: string }
  readonly inactivityDelaySec?: number
}
