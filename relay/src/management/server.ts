/** The management plane's server: the probes at once, everything else when somebody asks for it. */
import type { RequestListener, Server } from 'node:http'
import type { AddressFilter } from '../transport/address-filter.js'
import { createHttpServer } from '../transport/http-server.js'
import type { TlsOptions } from '../transport/tls-options.js'
import type { HandshakeRefusal } from '../transport/tls-server.js'
import { addressGuard, hostGuard } from './guards.js'
import { createProbes } from './probes.js'
import type { ManagementOptions } from './app.js'

export interface ManagementServerOptions extends ManagementOptions {
  /** Absent: connections are not encrypted here. */
  readonly tls?: TlsOptions
  /** Called for each connection that ended before anything could be asked on it, and for each request from elsewhere. */
  readonly refused?: (reason: HandshakeRefusal | 'address') => void
  /** Who may ask, by address; absent: everybody. */
  readonly addresses?: AddressFilter
  /** Shorter ones, for tests that do not want to wait. */
  readonly timeouts?: Pick<typeof limits, 'headersTimeout' | 'requestTimeout'>
}

/** Whoever is slower, or sends more, wants no answer. People and probes are few, so nobody has to set it. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  /** How late both of them may be. */
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
}

/**
 * Creates the server, not listening yet. Its framework is loaded at the first request that is no probe, so that neither the
 * start nor an idle relay's memory pays for it.
 */
export function createManagementServer(options: ManagementServerOptions): Server {
  const isAllowed = hostGuard(options)
  const probes = createProbes(options.status)
  let app: Promise<RequestListener> | null = null
  const load = async (): Promise<RequestListener> => {
    const { createManagementApp } = await import('./app.js')
    return createManagementApp(options)
  }
  const refused = options.refused ?? (() => undefined)
  const mayCome = addressGuard(options.addresses, () => refused('address'))
  const server = createHttpServer({ ...limits, ...options.timeouts }, options.tls, refused)
  return server.on('request', (request, response) => {
    if (!mayCome(request, response) || !isAllowed(request, response) || probes(request, response)) return
    app ??= load()
    void app.then((answer) => answer(request, response))
  })
}
