/** The data plane of one process, over environments that are fed elsewhere: of the relay itself, or of a worker. */
import type { Configuration } from '../config/configuration.js'
import { createDirectory, type DirectoryEntry } from '../environments/directory.js'
import { tellOfExpiredUse } from '../environments/expired-use.js'
import { createResponseCache, type ResponseCache } from '../http/response-cache.js'
import { createDataPlane, type DataPlane } from '../http/server.js'
import { createStreamTokens } from '../http/streams/stream-tokens.js'
import type { Logger } from '../telemetry/logger.js'
import { createRefusalCounts, type RefusalCounts } from '../telemetry/refusal-counts.js'
import { createRequestDurations, type RequestDurations } from '../telemetry/request-durations.js'
import { createStreamCounts, type StreamCounts } from '../telemetry/stream-counts.js'
import type { Tracing } from '../telemetry/tracing/tracing.js'
import type { UsageIntake } from '../usage/usage-lane.js'

/** What a data plane counts in, and where it keeps its answers. */
export interface PlaneParts {
  readonly requests: RequestDurations
  readonly streams: StreamCounts
  readonly refusals: RefusalCounts
  readonly cache: ResponseCache
}

export interface AssemblyOptions {
  readonly server: Configuration['server']
  /** Relay and engine are released together, under one version. */
  readonly version: string
  readonly entries: readonly DirectoryEntry[]
  readonly parts: PlaneParts
  readonly usage: UsageIntake
  readonly tracing: Tracing | null
  readonly logger: Logger
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createPlaneParts({ maxCacheBytes }: Configuration['server']): PlaneParts {
  return {
    requests: createRequestDurations(),
    streams: createStreamCounts(),
    refusals: createRefusalCounts(),
    cache: createResponseCache(maxCacheBytes),
  }
}

/** Creates the data plane, not listening yet. */
export function assemblePlane(options: AssemblyOptions): DataPlane {
  const { server, version, entries, parts, usage, tracing, logger, now } = options
  const directory = createDirectory(entries, { now, onExpiredUse: tellOfExpiredUse(parts.refusals, logger) })
  const tokens = createStreamTokens({ directory, secret: server.streamSecret, now })
  return createDataPlane({
    directory,
    engineVersion: version,
    limits: server,
    streams: { settings: server.streams, tokens, counts: parts.streams },
    refusals: parts.refusals,
    cache: parts.cache,
    usage,
    observe: parts.requests.observe,
    tracer: tracing?.requests ?? null,
    logger,
    now,
  })
}

/** Traces where that is asked for. Nothing of it is loaded otherwise. */
export async function loadTracing(
  { tracing }: Pick<Configuration, 'tracing'>,
  version: string,
  logger: Logger,
): Promise<Tracing | null> {
  if (tracing === undefined) return null
  const { createTracing } = await import('../telemetry/tracing/tracing.js')
  return createTracing({ ...tracing, version, random: Math.random, logger })
}
