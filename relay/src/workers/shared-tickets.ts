/** Lets a client resume its TLS session with whichever worker takes its next connection. */
import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { TlsOptions } from '../transport/tls-options.js'

/** Puts the keys of tickets into settings: others whenever the certificates are others. */
export type SharedTickets = <Settings extends { readonly tls?: TlsOptions }>(settings: Settings) => Settings

export function createSharedTickets(): SharedTickets {
  let before: TlsOptions | undefined
  let ticketKeys = newKeys()
  return (settings) => {
    if (settings.tls === undefined) return settings
    if (!isDeepStrictEqual(settings.tls, before)) ticketKeys = newKeys()
    before = settings.tls
    return { ...settings, tls: { ...settings.tls, ticketKeys } }
  }
}

function newKeys(): Uint8Array {
  return new Uint8Array(randomBytes(48))
}
