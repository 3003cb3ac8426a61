/** What travels between an OFREP client and a server. The platform brings the transport; nothing here knows Node or a browser. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** OpenFeature's flag metadata: flat, scalar values. */
export type Metadata = { readonly [name: string]: boolean | number | string }

export interface TransportRequest {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

export interface TransportResponse {
  readonly status: number
  /** The header's value, whatever its case was. */
  header(name: string): string | null
  readonly body: string
}

/**
 * Posts one request and reads the answer to its end. Its deadline covers headers and body; it rejects with an Error that says
 * what happened, and never retries.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>

/** One flag as the server answered it. */
export type FlagAnswer =
  | {
      readonly kind: 'value'
      /** Absent: the application's code default is the answer. */
      readonly value?: Json
      readonly variant?: string
      readonly reason?: string
      readonly metadata: Metadata
    }
  | { readonly kind: 'error'; readonly errorCode: string; readonly errorDetails: string; readonly metadata: Metadata }

/** A request that brought no answer about flags. */
export type Failure =
  /** 401 and 403: the credentials are refused; trying again does not help. */
  | { readonly kind: 'refused'; readonly message: string }
  /** 429, and 503 with `Retry-After`: not before that moment. */
  | { readonly kind: 'later'; readonly message: string; readonly retryAfterMs: number | null }
  /** 400 with a code: this context cannot be evaluated. */
  | { readonly kind: 'invalid'; readonly message: string; readonly errorCode: string }
  /** Anything else: unreachable, too slow, not OFREP. */
  | { readonly kind: 'unavailable'; readonly message: string }
