/** Wires the relay together: sources feed environments, and two servers answer. */
import type { Server } from 'node:http'
import { isDigestOf } from './config/access-key.js'
import type { Configuration } from './config/configuration.js'
import type { LoadedConfiguration } from './config/load-configuration.js'
import { isLoopback } from './config/loopback.js'
import { createStores, type Stores } from './environments/create-stores.js'
import { keyDatesOf, maskKeys } from './environments/key-reports.js'
import { readEnvironment } from './environments/read-environment.js'
import { watchKeyDates } from './environments/watch-key-dates.js'
import { liveSettingsOf } from './http/live-settings.js'
import { addressOf, listen } from './listen.js'
import { createManagementServer } from './management/server.js'
import type { RelayError } from './relay-error.js'
import { createEnvironmentSet, type EnvironmentSet } from './reload/environment-set.js'
import { createReloads, type ReloadReport, type Reloads, type ReloadTrigger } from './reload/reloads.js'
import { createLogger, type Logger } from './telemetry/logger.js'
import type { EnvironmentReading, Metrics } from './telemetry/metrics.js'
import type { Tracing } from './telemetry/tracing/tracing.js'
import { createRefusalCounts } from './telemetry/refusal-counts.js'
import type { TransportReading } from './telemetry/transport-metrics.js'
import { createLiveFilter } from './transport/address-filter.js'
import { certificateReadings, type CertificateReading } from './transport/certificates.js'
import { renewTls } from './transport/http-server.js'
import { createUsageLane, type UsageLane } from './usage/usage-lane.js'
import { loadTracing } from './workers/assemble-plane.js'
import { choosePlane, type ServingPlane } from './workers/serving-plane.js'

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
  /** Takes a new configuration, as far as that goes without a restart; a wrong one changes nothing. Never rejects. */
  reload(loaded: LoadedConfiguration, trigger: ReloadTrigger): Promise<ReloadReport>
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
  await relay.environments.start()
  const keyDates = watchKeyDates({ entries: () => relay.environments.entries, now: relay.now, logger: relay.logger })
  const close = async (): Promise<void> => {
    relay.logger.info({ drainTimeoutMs: configuration.server.drainTimeoutMs }, 'the relay stops')
    relay.state.isDraining = true
    keyDates.close()
    await relay.plane.close(configuration.server.drainTimeoutMs)
    await relay.environments.close()
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
    return { dataUrl, managementUrl, failed: relay.plane.failed, reload: relay.reloads.take, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Relay {
  readonly version: string
  readonly now: () => number
  readonly startedAtMs: number
  readonly logger: Logger
  readonly environments: EnvironmentSet
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
  readonly reloads: Reloads
}

async function assemble(configuration: Configuration, options: RelayOptions): Promise<AssembledRelay> {
  const { version, now, log, workerProgram } = options
  const logger = createLogger({ ...configuration.log, destination: log, now })
  const stores = await createStores(configuration, now)
  const maker = await choosePlane(configuration, workerProgram)
  const tracing = await loadTracing(configuration, version, logger)
  const within = tracing?.inEnvironment ?? ((_name: string, run: () => Promise<void>) => run())
  const surroundings = { now, logger, stores, within, usageOf: maker.usageOf }
  const relay: Relay = {
    version,
    now,
    startedAtMs: now(),
    logger,
    environments: await createEnvironmentSet(configuration.environments, surroundings),
    stores,
    usage: createUsageLane(),
    tracing,
    state: { isDraining: false },
  }
  const plane = maker.create({ configuration, ...relay, entries: relay.environments.entries })
  const reloads: Reloads = createReloads({
    started: configuration,
    environments: relay.environments,
    serve(entries, after) {
      plane.serve(entries, liveSettingsOf(after.server))
      renewTls(management, after.management.tls)
    },
    now,
    logger,
  })
  const management: Server = createManagement(reloads, { ...relay, plane })
  return { ...relay, plane, reloads, management }
}

function createManagement(reloads: Reloads, relay: ServedRelay): Server {
  const current = (): Configuration['management'] => reloads.configuration.management
  const started = reloads.configuration
  const { host, tls } = started.management
  const certificates = (): CertificateReading[] => certificateReadings(started, reloads.configuration)
  const refusals = createRefusalCounts()
  let metrics: Promise<Metrics> | null = null
  return createManagementServer({
    ...(tls === undefined ? {} : { tls }),
    refused: (reason) => refusals.count(reason),
    addresses: createLiveFilter(current),
    isExposed: !isLoopback(host),
    isHostAllowed: (name) => isLoopback(name) || name === host.toLowerCase() || current().allowedHosts.includes(name),
    get isToken() {
      const { token } = current()
      return token === undefined ? undefined : (presented: string) => isDigestOf(token, presented)
    },
    status: {
      version: relay.version,
      startedAtMs: relay.startedAtMs,
      now: relay.now,
      get environments() {
        return relay.environments.entries.map((entry) => ({ ...entry, keys: maskKeys(entry, relay.now()) }))
      },
      usage: relay.usage,
      workers: relay.plane.workers,
      isDraining: () => relay.state.isDraining,
      get allowsChanges() {
        return current().allowChanges
      },
      reloads: reloads.read,
      certificates,
    },
    metrics: () =>
      (metrics ??= loadMetrics(relay, reloads, () => ({ certificates: certificates(), refusals: refusals.read() }))),
    refresh: () => relay.plane.refresh(),
    logger: relay.logger,
  })
}

/** The library is loaded at the first scrape. */
async function loadMetrics(relay: ServedRelay, reloads: Reloads, transport: () => TransportReading): Promise<Metrics> {
  const { version, plane, usage, stores, now } = relay
  const { requests, streams, refusals, cache } = plane.counters
  const { createMetrics } = await import('./telemetry/metrics.js')
  const environments = (): EnvironmentReading[] =>
    relay.environments.entries.map(({ environment, replica, keeper, ...keys }) => {
      const { name } = environment
      const role = replica?.status().role ?? null
      return readEnvironment(
        environment,
        {
          streams: streams.read(name),
          usage: usage.read(name),
          role,
          stores: keeper.status(),
          keyDates: keyDatesOf(keys),
        },
        now(),
      )
    })
  return createMetrics({
    version,
    environments,
    requests,
    cache: () => cache.statistics,
    refusals,
    transport,
    reloads: reloads.read,
    ...(plane.workers === null ? {} : { workers: plane.workers }),
    ...(stores.shared === null ? {} : { redis: stores.shared.connection }),
  })
}
