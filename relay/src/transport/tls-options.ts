/** How a plane speaks TLS. */

export interface TlsOptions {
  /** PEM: the server's own certificate first, then those that lead from it towards an authority. */
  readonly certificate: string
  /** PEM, not encrypted. Secret. */
  readonly key: string
  /** PEM: who has to have issued clients' certificates; present whenever clients are asked for theirs. */
  readonly clientCa?: string
  /** `optional`: a client may come without one, and not with one that is not trusted. */
  readonly clientCertificate: 'none' | 'optional' | 'required'
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** How long a client may take to agree on the encryption. */
  readonly handshakeTimeoutMs: number
  /** With which sessions are resumed, 48 bytes; the server's own when absent. Secret. */
  readonly ticketKeys?: Uint8Array
}

/**
 * What is in effect after a change: the certificates count at once, and how clients are asked for theirs after a restart. Clients that
 * are asked keep an authority, as Node would trust every public one in its place.
 */
export function renewedTls(before: TlsOptions, after: TlsOptions): TlsOptions {
  const { certificate, key, clientCa, minVersion, ticketKeys } = after
  return {
    ...before,
    certificate,
    key,
    minVersion,
    ...(clientCa === undefined ? {} : { clientCa }),
    ...(ticketKeys === undefined ? {} : { ticketKeys }),
  }
}
