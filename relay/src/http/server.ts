/** The data plane's server: what applications call. Bare `node:http` (ADR 0002). */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { DirectoryEntry, LiveDirectory } from '../environments/directory.js'
import { createAddressFilter, type AddressFilter } from '../transport/address-filter.js'
import type { AddressOptions } from '../transport/address-options.js'
import { createHttpServer, renewTls } from '../transport/http-server.js'
import { clientErrorHandler } from './client-error.js'
import { preflightHeaders } from './cors.js'
import { beginExchange, type Exchange, type Plane } from './exchange.js'
import { createEventLoopGate, type EventLoopGate } from './overload/event-loop-gate.js'
import { createOverload } from './overload/overload.js'
import type { LiveSettings } from './live-settings.js'
import { createRecentContexts } from './recent-contexts.js'
import { guard, refuse, respond } from './respond.js'
import { findPlace, type Place } from './routes.js'
import { endStreamsOfExpiredKeys } from './streams/expired-keys.js'
import { createStreams, type StreamsOptions } from './streams/streams.js'

export interface DataPlaneOptions extends Omit<
  Plane,
  'isClosing' | 'random' | 'streams' | 'contexts' | 'overload' | 'directory' | 'addresses'
> {
  readonly directory: LiveDirectory
  readonly streams: StreamsOptions
  /** Chance, for the flags that read it; Math.random when absent. */
  readonly random?: () => number
  /** Watches the event loop of this process when absent. */
  readonly gate?: EventLoopGate
  /** Milliseconds of a clock that never goes back; that of the process when absent. */
  readonly monotonicMs?: () => number
}

export interface DataPlane {
  /** Not listening yet. */
  readonly server: Server
  /** From now on these environments and keys count. Requests under way go on, and streams of those that stay. */
  serve(entries: readonly DirectoryEntry[], settings: LiveSettings): void
  /** Takes no more connections, ends streams, lets requests under way end, and cuts those that have not after that many milliseconds. */
  close(deadlineMs: number): Promise<void>
}

/** Creates the data plane. */
export function createDataPlane(options: DataPlaneOptions): DataPlane {
  const { random = Math.random } = options
  const streams = createStreams(options.streams, { ...options, random })
  const gate = options.gate ?? watchEventLoop(options)
  const overload = createOverload({
    ...options.limits.overload,
    gate,
    refusals: options.refusals,
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
    random,
  })
  const plane: Plane = {
    ...options,
    random,
    streams,
    overload,
    contexts: createRecentContexts(),
    addresses: filterOf(options.limits),
    isClosing: false,
  }
  const server = listenerOf(plane)
  const expiry = endStreamsOfExpiredKeys(options.directory, streams)
  return {
    server,
    serve(entries, settings) {
      const { streamSecret, tls } = settings
      renewTls(server, tls)
      plane.addresses = filterOf(settings)
      options.directory.replace(entries)
      streams.tokens.renew(streamSecret)
      streams.renew((request) => plane.addresses?.allows(request) ?? true)
    },
    close(deadlineMs) {
      gate.close()
      expiry.close()
      return close(server, plane, deadlineMs)
    },
  }
}

function filterOf({ allowedAddresses = [], trustedProxies = [] }: Partial<AddressOptions>): AddressFilter | null {
  return createAddressFilter({ allowedAddresses, trustedProxies })
}

/** Tells the metrics, and the log at most once a minute. */
function watchEventLoop({ limits, refusals, logger }: DataPlaneOptions): EventLoopGate {
  const { maxEventLoopDelayMs: maxDelayMs } = limits.overload
  let quietUntilMs = 0
  return createEventLoopGate({
    maxDelayMs,
    onChange(isShut) {
      refusals.isOverloaded = isShut
      if (!isShut || performance.now() < quietUntilMs) return
      quietUntilMs = performance.now() + 60_000
      logger.warn({ maxDelayMs }, 'the event loop is late: only answers made before are given')
    },
  })
}

function listenerOf(plane: Plane): Server {
  const { limits, streams, refusals } = plane
  const { headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs, maxConnections } = limits
  const options = {
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    // How late both of them may be.
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    keepAliveTimeout: keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
  }
  const server = createHttpServer(options, limits.tls, (reason) => refusals.count(reason))
  if (maxConnections > 0) server.maxConnections = maxConnections
  server.on('drop', () => refusals.count('connections'))
  // Ends connections on which nothing moves, such as those of clients that never read their answers. Streams always move.
  server.timeout = Math.max(keepAliveTimeoutMs, 2 * streams.settings.heartbeatMs)
  server.on('request', (request, response) => {
    handle(beginExchange(plane, request, response, false))
  })
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    handle(beginExchange(plane, request, response, true))
  })
  server.on('clientError', clientErrorHandler(refusals))
  return server
}

function close(server: Server, plane: Plane, deadlineMs: number): Promise<void> {
  plane.isClosing = true
  plane.streams.close()
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), deadlineMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function handle(exchange: Exchange): void {
  guard(exchange, () => dispatch(exchange))
}

function dispatch(exchange: Exchange): void {
  const { request, plane } = exchange
  if (plane.addresses?.allows(request) === false) return refuseAddress(exchange)
  const found = findPlace(request.url ?? '')
  if (found === null) {
    return refuse(exchange, 404, { errorDetails: 'there is nothing here: a base URL ends before /ofrep/v1' })
  }
  const { place, encodedKey } = found
  exchange.route = place.template
  if (encodedKey !== undefined) {
    const flagKey = decodeKey(encodedKey)
    exchange.flagKey = flagKey ?? encodedKey
    if (flagKey === null) return refuse(exchange, 400, { errorDetails: 'the flag key is not percent-encoded UTF-8' })
  }
  const route = place.byMethod.get(request.method ?? '')
  if (route !== undefined) return route.handle(exchange)
  if (request.method === 'OPTIONS') return answerOptions(exchange, place)
  refuse(exchange, 405, { errorDetails: `this answers ${place.allow}`, headers: ['Allow', place.allow] })
}

/** Says nothing of who may: that is nobody's business. */
function refuseAddress(exchange: Exchange): void {
  exchange.plane.refusals.count('address')
  refuse(exchange, 403, { errorDetails: 'nobody may ask from this address' })
}

/** @returns null for text that is not percent-encoded UTF-8 */
function decodeKey(encoded: string): string | null {
  if (!encoded.includes('%')) return encoded
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

function answerOptions(exchange: Exchange, { allow }: Place): void {
  const isPreflight = exchange.request.headers['access-control-request-method'] !== undefined
  respond(exchange, {
    status: 204,
    body: null,
    headers: ['Allow', allow, ...(isPreflight ? preflightHeaders(exchange, allow) : [])],
  })
}
