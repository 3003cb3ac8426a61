/** The management plane's server: the probes at once, everything else when somebody asks for it. */
import type { RequestListener, Server } from 'node:http'
import { createHttpServer } from '../transport/http-server.js'
import type { TlsOptions } from '../transport/tls-options.js'
import type { HandshakeRefusal } from '../transport/tls-server.js'
import { hostGuard } from './guards.js'
import { createProbes } from './probes.js'
import type { ManagementOptions } from './app.js'

export interface ManagementServerOptions extends ManagementOptions {
  /** Absent: connections are not encrypted here. */
  readonly tls?: TlsOptions
  /** Called for each connection that ended before anything could be asked on it. */
  readonly refused?: (reason: HandshakeRefusal) => void
}

/** Whoever is slower, or sends more, wants no answer. People and probes are few, so nobody has to set it. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
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
  const server = createHttpServer(limits, options.tls, options.refused ?? (() => undefined))
  return server.on('request', (request, response) => {
    if (!isAllowed(request, response) || probes(request, response)) return
    app ??= load()
    void app.then((answer) => answer(request, response))
  })
}
