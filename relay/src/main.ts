/** Wires the relay together: sources feed environments, and two servers answer. */
import type { Server } from 'node:http'
import type { Configuration, EnvironmentConfiguration } from './config/configuration.js'
import { isLoopback } from './config/loopback.js'
import { createEnvironment } from './environments/create-environment.js'
import { createStores, type Stores } from './environments/create-stores.js'
import { maskKeys } from './environments/directory.js'
import { keepSnapshots, type SnapshotKeeper } from './environments/keep-snapshots.js'
import { readEnvironment } from './environments/read-environment.js'
import { shareUpstream, type SharedUpstream } from './environments/share-upstream.js'
import { createUpstream, lineOf } from './environments/upstream.js'
import { addressOf, listen } from './listen.js'
import { createManagementServer } from './management/server.js'
import type { RelayError } from './relay-error.js'
import { createLogger, type Logger } from './telemetry/logger.js'
import type { EnvironmentReading, Metrics } from './telemetry/metrics.js'
import type { Tracing } from './telemetry/tracing/tracing.js'
import { createUsageLane, type UsageLane } from './usage/usage-lane.js'
import { loadTracing } from './workers/assemble-plane.js'
import { choosePlane, type PlaneMaker, type ServedEntry, type ServingPlane } from './workers/serving-plane.js'

export interface RelayOptions {
  readonly version: string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Where log lines go. */
  readonly log: { write(line: string): unknown }
  /** What the process of a worker runs, the program and its arguments: it has to end in `runWorker`. */
  readonly workerProgram?: readonly [file: string, ...args: string[]]
}

export interface RunningRelay {
  /** Where applications ask, such as `http://127.0.0.1:8080`. */
  readonly dataUrl: string
  readonly managementUrl: string
  /** Resolves if the data plane is lost for good; {@link close} remains to be called. */
  readonly failed: Promise<RelayError>
  /** Lets requests under way finish within the drain timeout, then stops everything. */
  close(): Promise<void>
}

/**
 * Starts the relay: both ports are open when this resolves, and data arrives as soon as the upstreams deliver it.
 *
 * @throws RelayError LISTEN_FAILED where a port is not to be had, WORKERS_FAILED where no worker lives, CONFIG_INVALID for an
 * upstream that is not spoken; nothing is left running then
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
    await relay.plane.close(configuration.server.drainTimeoutMs)
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
    const dataUrl = await relay.plane.listen()
    await listen(relay.management, 'management', configuration.management)
    relay.management.on('error', (error) => relay.logger.error({ error }, 'a connection could not be accepted'))
    const managementUrl = addressOf(relay.management).url
    relay.logger.info({ version: options.version, dataUrl, managementUrl }, 'the relay listens')
    return { dataUrl, managementUrl, failed: relay.plane.failed, close }
  } catch (error) {
    await close()
    throw error
  }
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
  readonly usage: UsageLane
  /** null unless it is asked for. */
  readonly tracing: Tracing | null
  readonly state: { isDraining: boolean }
}

interface ServedRelay extends Relay {
  readonly plane: ServingPlane
}

interface AssembledRelay extends ServedRelay {
  readonly management: Server
}

interface RelayEntry extends ServedEntry {
  readonly keeper: SnapshotKeeper
  /** null where there is no Redis. */
  readonly replica: SharedUpstream | null
  readonly required: boolean
}

async function assemble(configuration: Configuration, options: RelayOptions): Promise<AssembledRelay> {
  const { version, now, log, workerProgram } = options
  const logger = createLogger({ ...configuration.log, destination: log, now })
  const stores = await createStores(configuration, now)
  const maker = await choosePlane(configuration, workerProgram)
  const surroundings = { now, logger, stores, maker }
  const relay: Relay = {
    version,
    now,
    startedAtMs: now(),
    logger,
    entries: await Promise.all(configuration.environments.map((each) => createEntry(each, surroundings))),
    stores,
    usage: createUsageLane(),
    tracing: await loadTracing(configuration, version, logger),
    state: { isDraining: false },
  }
  const plane = maker.create({ configuration, ...relay })
  return { ...relay, plane, management: createManagement(configuration, { ...relay, plane }) }
}

interface EntrySurroundings extends Pick<Relay, 'now' | 'logger' | 'stores'> {
  readonly maker: PlaneMaker
}

async function createEntry(
  configured: EnvironmentConfiguration,
  { now, logger, stores, maker }: EntrySurroundings,
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
  const usage = maker.usageOf(name)
  const environment = createEnvironment({
    name,
    ...(usage === undefined ? {} : { usage }),
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
  const keeper = keepSnapshots({ environment, line, stores: all, replica, now, logger })
  return { environment, keeper, serverKeys, clientKeys, required, replica }
}

function createManagement({ management }: Configuration, relay: ServedRelay): Server {
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
      workers: relay.plane.workers,
      isDraining: () => relay.state.isDraining,
      allowsChanges: management.allowChanges,
    },
    metrics: () => (metrics ??= loadMetrics(relay)),
    refresh: () => relay.plane.refresh(),
    logger: relay.logger,
  })
}

/** The library is loaded at the first scrape. */
async function loadMetrics({ version, plane, usage, entries, stores, now }: ServedRelay): Promise<Metrics> {
  const { requests, streams, refusals, cache } = plane.counters
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
    ...(plane.workers === null ? {} : { workers: plane.workers }),
    ...(stores.shared === null ? {} : { redis: stores.shared.connection }),
  })
}
