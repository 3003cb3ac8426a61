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
      readonly value?: Json | undefined
      readonly variant?: string | undefined
      readonly reason?: string | undefined
      readonly metadata: Metadata
    }
  | { readonly kind: 'error'; readonly errorCode: string; readonly errorDetails: string; readonly metadata: Metadata }

/** Why a request brought no answer about flags. */
export interface Failure {
  /**
   * `refused`: 401 and 403; trying again does not help. `invalid`: 400 with a code; this context cannot be evaluated. `later`:
   * 429, and 503 with `Retry-After`; not before that moment. `unavailable`: unreachable, too slow, 5xx. `foreign`: what answers
   * does not speak OFREP.
   */
  readonly kind: 'refused' | 'invalid' | 'later' | 'unavailable' | 'foreign'
  readonly message: string
  /** OpenFeature's code for it, where the server named one. */
  readonly errorCode?: string | undefined
  readonly retryAfterMs?: number | null
}
