/** What several workers have evaluated, added up in a bounded number of series. */
import { createEvaluationTotals, type EvaluationSeries, type EvaluationTotals } from '../telemetry/evaluation-totals.js'

/** Evaluations of all workers, by environment. */
export interface SummedEvaluations {
  of(environment: string): EvaluationTotals
  /** Adds what a worker has counted between two of its reports. */
  grow(environment: string, before: readonly EvaluationSeries[], now: readonly EvaluationSeries[]): void
}

/** Creates sums of nothing. Differences are added and not sums: then what finds no room among the series is told as `other` once, and stays so. */
export function createSummedEvaluations(): SummedEvaluations {
  const byEnvironment = new Map<string, EvaluationTotals>()
  const of = (environment: string): EvaluationTotals => {
    const totals = byEnvironment.get(environment) ?? createEvaluationTotals()
    byEnvironment.set(environment, totals)
    return totals
  }
  return {
    of,
    grow(environment, before, now) {
      const counted = new Map(before.map((series) => [idOf(series), series.count]))
      for (const series of now) {
        const { count, ...labels } = series
        const earlier = counted.get(idOf(series)) ?? 0
        // A series that the worker had forgotten begins again.
        const growth = count < earlier ? count : count - earlier
        if (growth > 0) of(environment).add(labels, growth)
      }
    },
  }
}

function idOf({ flagKey, variant, reason }: EvaluationSeries): string {
  return JSON.stringify([flagKey, variant, reason])
}
