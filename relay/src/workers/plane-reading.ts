/** What a data plane has counted, as plain data: so it can be sent, and added up. */
import type { EvaluationSeries } from '../telemetry/evaluation-totals.js'
import type { HistogramReading } from '../telemetry/histogram.js'
import type { ResponseCacheStatistics } from '../http/response-cache.js'
import type { RequestDurations } from '../telemetry/request-durations.js'
import type { RefusalCounts } from '../telemetry/refusal-counts.js'
import type { StreamCounts, StreamReading } from '../telemetry/stream-counts.js'
import type { ReadableUsage } from '../environments/usage-counter.js'

export interface PlaneReading {
  readonly requests: readonly RequestReading[]
  readonly cache: ResponseCacheStatistics
  readonly refusals: ReturnType<RefusalCounts['read']>
  readonly isOverloaded: boolean
  readonly environments: Readonly<Record<string, PlaneEnvironmentReading>>
}

/** Durations of the requests of one route, method and status. */
export interface RequestReading extends HistogramReading {
  readonly route: string
  readonly method: string
  readonly status: string
  readonly bounds: readonly number[]
}

export interface PlaneEnvironmentReading {
  readonly requests: number
  readonly evaluations: readonly EvaluationSeries[]
  readonly streams: readonly StreamReading[]
}

/** Where a data plane counts. */
export interface PlaneCounters {
  readonly requests: Pick<RequestDurations, 'read'>
  readonly streams: Pick<StreamCounts, 'read'>
  readonly refusals: Pick<RefusalCounts, 'read' | 'isOverloaded'>
  readonly cache: { readonly statistics: ResponseCacheStatistics }
}

/** Reads all counters of a plane. */
export function readPlane(
  { requests, streams, refusals, cache }: PlaneCounters,
  environments: readonly { readonly name: string; readonly usage: Pick<ReadableUsage, 'read' | 'requests'> }[],
): PlaneReading {
  return {
    requests: requests.read().map(({ route, method, status, histogram }) => {
      return { route, method, status, bounds: histogram.bounds, ...histogram.read() }
    }),
    cache: { ...cache.statistics },
    refusals: refusals.read(),
    isOverloaded: refusals.isOverloaded,
    environments: Object.fromEntries(
      environments.map(({ name, usage }) => [
        name,
        { requests: usage.requests(), evaluations: usage.read(), streams: streams.read(name) },
      ]),
    ),
  }
}
