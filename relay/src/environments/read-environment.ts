/** What the metrics say of an environment. */
import type { EvaluationSeries } from '../telemetry/evaluation-totals.js'
import type { EnvironmentReading } from '../telemetry/metrics.js'
import type { StreamReading } from '../telemetry/stream-counts.js'
import type { StoreStatus } from './store-line.js'
import type { RunningEnvironment } from './running-environment.js'

/** What is counted elsewhere about the environment. */
export interface Surroundings {
  readonly streams: readonly StreamReading[]
  /** See {@link EnvironmentReading.role}. */
  readonly role: EnvironmentReading['role']
  readonly stores: readonly StoreStatus[]
  readonly keyDates: EnvironmentReading['keyDates']
  /** What in-process providers have told. */
  readonly usage: {
    readonly evaluations: readonly EvaluationSeries[]
    readonly batches: Readonly<Record<string, number>>
  }
}

/** Reads an environment's counters and state, for one scrape at `nowMs`. */
export function readEnvironment(
  environment: RunningEnvironment,
  { streams, usage, role, stores, keyDates }: Surroundings,
  nowMs: number,
): EnvironmentReading {
  const { name, state, flagCount, sequence, confirmedAtMs, held } = environment.status()
  return {
    name,
    state,
    flagCount,
    revisionCount: sequence,
    ageSeconds: confirmedAtMs === null ? null : Math.max(0, nowMs - confirmedAtMs) / 1_000,
    held: held?.reason ?? null,
    stores,
    fetches: environment.activity.fetches,
    propagation: environment.activity.propagation,
    evaluations: () => [
      ...environment.usage.read().map((series) => ({ ...series, mode: 'remote' as const })),
      ...usage.evaluations.map((series) => ({ ...series, mode: 'in-process' as const })),
    ],
    streams,
    role,
    keyDates,
    usageBatches: usage.batches,
  }
}
