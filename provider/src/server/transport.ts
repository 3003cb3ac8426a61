import type { Transport } from '../ofrep/index.js'

/** A transport and the way to let go of what it holds: sockets, requests in flight. */
export interface ClosableTransport {
  readonly send: Transport
  /**
   * Opens an answer that goes on for as long as both sides want: only its beginning has a deadline.
   *
   * @throws Error when there is no answer
   */
  open(request: StreamRequest): Promise<StreamResponse>
  close(): Promise<void>
}

export interface StreamRequest {
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  /** Ends the stream. */
  readonly signal: AbortSignal
}

export interface StreamResponse {
  readonly status: number
  header(name: string): string | null
  readonly chunks: AsyncIterable<Uint8Array>
}

/** @param timeoutMs deadline over connecting, headers and body together */
export type CreateTransport = (options: { readonly timeoutMs: number }) => ClosableTransport
