/** An HTTP server behind TLS, which takes another certificate while it runs. */
import type { ServerOptions } from 'node:http'
import { Server } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { isDeepStrictEqual } from 'node:util'
import { renewedTls, type TlsOptions } from './tls-options.js'

/**
 * Why a connection ended before anything was asked on it. `too-slow`: they did not agree in time. `client-certificate`: there was
 * none, or none that is trusted. `handshake`: they could not agree, such as where somebody does not speak TLS.
 */
export type HandshakeRefusal = 'too-slow' | 'client-certificate' | 'handshake'

/** Node's own, with what it leaves to be done: failed handshakes, optional certificates, and connections that never got further. */
export class TlsServer extends Server {
  /** Those without a handshake yet are among them, which Node counts as open and does not close. */
  readonly #connections = new Set<Socket>()
  #tls: TlsOptions

  constructor(options: ServerOptions, tls: TlsOptions, refused: (reason: HandshakeRefusal) => void) {
    super({
      ...options,
      ...secureContext(tls),
      handshakeTimeout: tls.handshakeTimeoutMs,
      requestCert: tls.clientCertificate !== 'none',
      rejectUnauthorized: tls.clientCertificate === 'required',
    })
    this.#tls = tls
    this.on('connection', (connection: Socket) => {
      this.#connections.add(connection)
      connection.once('close', () => this.#connections.delete(connection))
    })
    // Node would answer them in HTTP, and nobody could read that.
    this.removeAllListeners('tlsClientError')
    this.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const reason = refusalOf(error, socket)
      if (reason !== null) refused(reason)
      socket.destroy()
    })
    if (tls.clientCertificate !== 'optional') return
    this.prependListener('secureConnection', (socket) => {
      if (socket.authorized || socket.getPeerX509Certificate() === undefined) return
      refused('client-certificate')
      socket.destroy()
    })
  }

  /** From now on new connections get this certificate. Those that are open are not touched. */
  renew(tls: TlsOptions): void {
    const renewed = renewedTls(this.#tls, tls)
    // Sessions could not be resumed any more, and nothing else would be otherwise.
    if (isDeepStrictEqual(renewed, this.#tls)) return
    this.#tls = renewed
    this.setSecureContext(secureContext(renewed))
  }

  override closeAllConnections(): void {
    super.closeAllConnections()
    for (const connection of this.#connections) connection.destroy()
  }
}

/** @returns null for a client that has just gone away: that is how others look whether a port is open */
function refusalOf({ code }: NodeJS.ErrnoException, socket: TLSSocket): HandshakeRefusal | null {
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'too-slow'
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return 'client-certificate'
  // Node's types have an error here, and Node has its code.
  if (typeof (socket.authorizationError as unknown) === 'string') return 'client-certificate'
  return code === 'ECONNRESET' ? null : 'handshake'
}

/** What can change while the server runs. */
function secureContext({ certificate, key, clientCa, minVersion, ticketKeys }: TlsOptions): SecureContextOptions {
  return {
    cert: certificate,
    key,
    minVersion,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    ...(ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(ticketKeys) }),
  }
}
