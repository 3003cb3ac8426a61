/** Opens a server's port, or says what to do about it. */
import type { Server } from 'node:http'
import { Server as TlsServer } from 'node:https'
import { RelayError } from './relay-error.js'

/** Which of the relay's servers. */
export type ListeningPlane = 'server' | 'management'

/** @throws RelayError LISTEN_FAILED with what to do about it */
export async function listen(
  server: Server,
  plane: ListeningPlane,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    const reason = listenReasons.get(code) ?? `cannot be opened (${code})`
    const variable = `SWITCHYARD_${plane.toUpperCase()}__PORT`
    const message = `port ${port} on ${host} ${reason}; to use another port, set ${plane}.port or ${variable}`
    throw new RelayError('LISTEN_FAILED', message, { retryable: false, cause })
  }
}

const listenReasons: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is in use: stop the program that has it'],
  ['EACCES', 'may not be opened by this user'],
  ['EADDRNOTAVAIL', 'cannot be opened: this machine has no such address'],
  ['ENOTFOUND', 'cannot be opened: there is no such host name'],
])

/** Where a listening server can be asked: an address that this machine can use, also where it listens on all of them. */
export function addressOf(server: Server): { readonly url: string; readonly port: number } {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen')
  const host = address.address === '0.0.0.0' || address.address === '::' ? 'localhost' : address.address
  const scheme = server instanceof TlsServer ? 'https' : 'http'
  return { url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${address.port}`, port: address.port }
}
