import type { Transport } from '../ofrep/index.js'

/** A transport and the way to let go of what it holds: sockets, requests in flight. */
export interface ClosableTransport {
  readonly send: Transport
  close(): Promise<void>
}

/** @param timeoutMs deadline over connecting, headers and body together */
export type CreateTransport = (options: { readonly timeoutMs: number }) => ClosableTransport
