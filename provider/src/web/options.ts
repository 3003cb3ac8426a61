/** What an application tells the web provider. */
import type { EvaluationContext } from '@openfeature/web-sdk'
import type { EventSourceLike } from './event-streams.js'

export interface SwitchyardWebProviderOptions {
  /** Address of the relay's data plane; ends before `/ofrep`, a path prefix is kept. May be relative to the page. */
  readonly url: string
  /** A client key of the relay; sent as `Authorization: Bearer`. */
  readonly apiKey?: string
  /** Further headers of every request. */
  readonly headers?: { readonly [name: string]: string }
  /** Deadline of one request over connecting, headers and body; milliseconds, default 10,000. */
  readonly timeoutMs?: number
  /**
   * `local-cache-first`: what was kept of the last visit is served until the relay has answered. `network-first`: it is served
   * only where the relay cannot be reached. `disabled`: nothing is kept or read. Default `local-cache-first`.
   */
  readonly cacheMode?: 'local-cache-first' | 'network-first' | 'disabled'
  /** How long what is kept may be served; milliseconds, default 30 days. */
  readonly cacheTtlMs?: number
  /** Where flags are kept; default `localStorage`. */
  readonly storage?: FlagStorage
  /** What the server rendered into the page. */
  readonly bootstrap?: Bootstrap | undefined
  /**
   * How changes are noticed. `sse`: by the event stream that the relay names. `polling`: without it. `none`: not at all, flags
   * are asked for at the start and when the context changes. Default `sse`.
   */
  readonly changeDetection?: 'sse' | 'polling' | 'none'
  /** Asks again after so many milliseconds while no event stream tells of changes; default 0, never. */
  readonly pollIntervalMs?: number
  /** After how long in a hidden page the event stream is closed; milliseconds, default what the relay says. */
  readonly inactivityDelayMs?: number
  /** Opens an event stream; default the platform's `EventSource`. */
  readonly eventSource?: (url: string) => EventSourceLike
  /** Default the platform's `fetch`. */
  readonly fetch?: typeof fetch
}

/** The part of `localStorage` that is used. */
export type FlagStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** A bulk answer, and for whom it is. It counts only in pages of that user. */
export interface Bootstrap {
  readonly context: EvaluationContext
  /** The relay's answer, as its JSON was. */
  readonly answer: object
}
