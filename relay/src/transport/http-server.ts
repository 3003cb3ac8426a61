/** The server of a plane, with TLS or without. */
import { createServer, type Server, type ServerOptions } from 'node:http'
import type { TlsOptions } from './tls-options.js'
import { TlsServer, type HandshakeRefusal } from './tls-server.js'

/** @param refused called for each connection that ended before anything could be asked on it */
export function createHttpServer(
  options: ServerOptions,
  tls: TlsOptions | undefined,
  refused: (reason: HandshakeRefusal) => void,
): Server {
  return tls === undefined ? createServer(options) : new TlsServer(options, tls, refused)
}

/** Gives a server another certificate. Whether it speaks TLS at all is decided at its start. */
export function renewTls(server: Server, tls: TlsOptions | undefined): void {
  if (server instanceof TlsServer && tls !== undefined) server.renew(tls)
}
