/** What the metrics say of an environment. */
import type { EnvironmentReading } from '../telemetry/metrics.js'
import type { StreamReading } from '../telemetry/stream-counts.js'
import type { RunningEnvironment } from './create-environment.js'

/** Reads an environment's counters and state, for one scrape at `nowMs`. */
export function readEnvironment(
  environment: RunningEnvironment,
  streams: readonly StreamReading[],
  nowMs: number,
): EnvironmentReading {
  const { name, state, flagCount, sequence, confirmedAtMs } = environment.status()
  return {
    name,
    state,
    flagCount,
    revisionCount: sequence,
    ageSeconds: confirmedAtMs === null ? null : Math.max(0, nowMs - confirmedAtMs) / 1_000,
    fetches: environment.activity.fetches,
    propagation: environment.activity.propagation,
    evaluations: environment.usage.read,
    streams,
  }
}
