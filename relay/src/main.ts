/** Wires the relay together: sources feed environments, and two servers answer. */
import type { Server } from 'node:http'
import type { Configuration, EnvironmentConfiguration } from './config/configuration.js'
import { isLoopback } from './config/loopback.js'
import { createEnvironment } from './environments/create-environment.js'
import type { RunningEnvironment } from './environments/running-environment.js'
import { createStores, type Stores } from './environments/create-stores.js'
import { createDirectory, maskKeys, type DirectoryEntry } from './environments/directory.js'
import { keepSnapshots, type SnapshotKeeper } from './environments/keep-snapshots.js'
import { readEnvironment } from './environments/read-environment.js'
import { shareUpstream, type SharedUpstream } from './environments/share-upstream.js'
import { createUpstream, lineOf } from './environments/upstream.js'
import { createResponseCache, type ResponseCache } from './http/response-cache.js'
import { createDataPlane, type DataPlane } from './http/server.js'
import { createStreamTokens } from './http/streams/stream-tokens.js'
import { createManagementServer } from './management/server.js'
import { RelayError } from './relay-error.js'
import { createLogger, type Logger } from './telemetry/logger.js'
import type { EnvironmentReading, Metrics } from './telemetry/metrics.js'
import { createRefusalCounts, type RefusalCounts } from './telemetry/refusal-counts.js'
import { createRequestDurations, type RequestDurations } from './telemetry/request-durations.js'
import { createStreamCounts, type StreamCounts } from './telemetry/stream-counts.js'
import type { Tracing } from './telemetry/tracing/tracing.js'
import { createUsageLane, type UsageLane } from './usage/usage-lane.js'

export interface RelayOptions {
  readonly version: string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Where log lines go. */
  readonly log: { write(line: string): unknown }
}

export interface RunningRelay {
  /** Where applications ask, such as `http://127.0.0.1:8080`. */
  readonly dataUrl: string
  readonly managementUrl: string
  /** Lets requests under way finish within the drain timeout, then stops everything. */
  close(): Promise<void>
}

/**
 * Starts the relay: both ports are open when this resolves, and data arrives as soon as the upstreams deliver it.
 *
 * @throws RelayError LISTEN_FAILED where a port is not to be had, CONFIG_INVALID for an upstream that is not spoken; nothing
 * is left running then
 */
export async function startRelay(configuration: Configuration, options: RelayOptions): Promise<RunningRelay> {
  const relay = await assemble(configuration, options)
  // Before the sources run, so that sequences go on where they were.
  await Promise.all(relay.entries.map(({ keeper }) => keeper.restore(restoreDeadlineMs)))
  const stop = new AbortController()
  const sources = relay.entries.map(({ environment }) => {
    const run = (): Promise<void> => environment.run(stop.signal)
    return relay.tracing === null ? run() : relay.tracing.inEnvironment(environment.name, run)
  })
  const close = async (): Promise<void> => {
    relay.logger.info({ drainTimeoutMs: configuration.server.drainTimeoutMs }, 'the relay stops')
    relay.state.isDraining = true
    await relay.dataPlane.close(configuration.server.drainTimeoutMs)
    stop.abort()
    await Promise.all(sources)
    await Promise.all(relay.entries.map(({ keeper }) => keeper.close(keepDeadlineMs)))
    await Promise.all(relay.stores.all.map((store) => store.close()))
    await relay.tracing?.close()
    relay.management.close()
    relay.management.closeAllConnections()
    relay.logger.info({}, 'the relay has stopped')
  }
  try {
    await listen(relay.dataPlane.server, 'server', configuration.server)
    await listen(relay.management, 'management', configuration.management)
    for (const server of [relay.dataPlane.server, relay.management]) {
      // Running out of file descriptors must refuse a connection and not end the relay.
      server.on('error', (error) => relay.logger.error({ error }, 'a connection could not be accepted'))
    }
  } catch (error) {
    await close()
    throw error
  }
  const [dataUrl, managementUrl] = [urlOf(relay.dataPlane.server), urlOf(relay.management)]
  relay.logger.info({ version: options.version, dataUrl, managementUrl }, 'the relay listens')
  return { dataUrl, managementUrl, close }
}

/** How long the start waits for snapshots, and the end until they are written. */
const restoreDeadlineMs = 5_000
const keepDeadlineMs = 5_000

interface Relay {
  readonly version: string
  readonly now: () => number
  readonly startedAtMs: number
  readonly logger: Logger
  readonly entries: readonly RelayEntry[]
  readonly stores: Stores
  readonly requests: RequestDurations
  readonly streams: StreamCounts
  readonly refusals: RefusalCounts
  readonly cache: ResponseCache
  readonly usage: UsageLane
  /** null unless it is asked for. */
  readonly tracing: Tracing | null
  readonly state: { isDraining: boolean }
}

interface AssembledRelay extends Relay {
  readonly dataPlane: DataPlane
  readonly management: Server
}

interface RelayEntry extends DirectoryEntry {
  readonly environment: RunningEnvironment
  readonly keeper: SnapshotKeeper
  /** null where there is no Redis. */
  readonly replica: SharedUpstream | null
  readonly required: boolean
}

async function assemble(configuration: Configuration, { version, now, log }: RelayOptions): Promise<AssembledRelay> {
  const logger = createLogger({ ...configuration.log, destination: log, now })
  const stores = await createStores(configuration, now)
  const relay: Relay = {
    version,
    now,
    startedAtMs: now(),
    logger,
    entries: await Promise.all(configuration.environments.map((each) => createEntry(each, { now, logger, stores }))),
    stores,
    requests: createRequestDurations(),
    streams: createStreamCounts(),
    refusals: createRefusalCounts(),
    cache: createResponseCache(configuration.server.maxCacheBytes),
    usage: createUsageLane(),
    tracing: await loadTracing(configuration, version, logger),
    state: { isDraining: false },
  }
  return { ...relay, dataPlane: createPlane(configuration, relay), management: createManagement(configuration, relay) }
}

function createPlane({ server }: Configuration, relay: Relay): DataPlane {
  const { version, entries, requests, streams, refusals, cache, usage, logger, now } = relay
  const directory = createDirectory(entries)
  const keys = entries.flatMap(({ serverKeys, clientKeys }) => [...serverKeys, ...clientKeys])
  const tokens = createStreamTokens({ keys, directory, secret: server.streamSecret, now })
  return createDataPlane({
    directory,
    // Relay and engine are released together, under one version.
    engineVersion: version,
    limits: server,
    streams: { settings: server.streams, tokens, counts: streams },
    refusals,
    cache,
    usage,
    observe: requests.observe,
    tracer: relay.tracing?.requests ?? null,
    logger,
    now,
  })
}

async function createEntry(
  configured: EnvironmentConfiguration,
  { now, logger, stores }: Pick<Relay, 'now' | 'logger' | 'stores'>,
): Promise<RelayEntry> {
  const { name, serverKeys, clientKeys, required, cors, freshness, maxLossPercent } = configured
  const upstream = await createUpstream(configured.upstream, now)
  const line = lineOf(name, configured.upstream)
  const { shared, all } = stores
  const replica =
    shared &&
    shareUpstream({
      ...upstream,
      lease: shared.lease(line),
      store: shared.store,
      line,
      now,
      logger: logger.child({ environment: name }),
    })
  const environment = createEnvironment({
    name,
    ...upstream,
    ...(replica === null ? {} : { source: replica.source, fence: replica.fence }),
    corsOrigins: cors.origins,
    isOrdered: all.length > 0,
    thresholds: freshness,
    ...(maxLossPercent === undefined ? {} : { maxLossPercent }),
    now,
    logger,
  })
  replica?.attach(environment)
  const keeper = keepSnapshots({ environment, line, stores: all, now, logger })
  return { environment, keeper, serverKeys, clientKeys, required, replica }
}

function createManagement({ management }: Configuration, relay: Relay): Server {
  const { host, token, allowedHosts } = management
  let metrics: Promise<Metrics> | null = null
  return createManagementServer({
    isExposed: !isLoopback(host),
    isHostAllowed: (name) => isLoopback(name) || name === host.toLowerCase() || allowedHosts.includes(name),
    ...(token === undefined ? {} : { token }),
    status: {
      version: relay.version,
      startedAtMs: relay.startedAtMs,
      now: relay.now,
      environments: relay.entries.map((entry) => ({ ...entry, keys: maskKeys(entry) })),
      usage: relay.usage,
      isDraining: () => relay.state.isDraining,
      allowsChanges: management.allowChanges,
    },
    metrics: () => (metrics ??= loadMetrics(relay)),
    logger: relay.logger,
  })
}

/** Nothing of it is loaded unless it is asked for. */
async function loadTracing({ tracing }: Configuration, version: string, logger: Logger): Promise<Tracing | null> {
  if (tracing === undefined) return null
  const { createTracing } = await import('./telemetry/tracing/tracing.js')
  return createTracing({ ...tracing, version, random: Math.random, logger })
}

/** The library is loaded at the first scrape. */
async function loadMetrics({
  version,
  requests,
  streams,
  refusals,
  cache,
  usage,
  entries,
  stores,
  now,
}: Relay): Promise<Metrics> {
  const { createMetrics } = await import('./telemetry/metrics.js')
  const environments = (): EnvironmentReading[] =>
    entries.map(({ environment, replica, keeper }) => {
      const { name } = environment
      const role = replica?.status().role ?? null
      return readEnvironment(
        environment,
        { streams: streams.read(name), usage: usage.read(name), role, stores: keeper.status() },
        now(),
      )
    })
  return createMetrics({
    version,
    environments,
    requests,
    cache: () => cache.statistics,
    refusals,
    ...(stores.shared === null ? {} : { redis: stores.shared.connection }),
  })
}

type Plane = 'server' | 'management'

/** @throws RelayError LISTEN_FAILED with what to do about it */
async function listen(server: Server, plane: Plane, { host, port }: { host: string; port: number }): Promise<void> {
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

/** An address that this machine can ask, also where the server listens on all of them. */
function urlOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('the server does not listen')
  const host = address.address === '0.0.0.0' || address.address === '::' ? 'localhost' : address.address
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}
