/**
 * What all workers have counted, added up for the metrics and the status. What a worker counted stays when it is gone, so that no
 * counter falls; what was open or held in it is gone with it.
 */
import type { ReadableUsage } from '../environments/usage-counter.js'
import type { RequestSeries } from '../telemetry/request-durations.js'
import { addReadings, nothing, withoutGauges } from './add-readings.js'
import type { PlaneCounters, PlaneReading, RequestReading } from './plane-reading.js'
import { createSummedEvaluations } from './summed-evaluations.js'

export interface SummedCounts {
  /** The sums, in the shape of one plane's counters. */
  readonly counters: PlaneCounters
  /** In place of an environment's own counter: the primary answers nothing itself. */
  usageOf(environment: string): ReadableUsage
  /** Takes what a worker has counted since its start. */
  report(worker: number, reading: PlaneReading): void
  /** The worker is gone: its last report is final. */
  retire(worker: number): void
}

/** Creates sums of nothing. */
export function createSummedCounts(): SummedCounts {
  const living = new Map<number, PlaneReading>()
  const evaluations = createSummedEvaluations()
  /** Of all that are gone. */
  let departed: PlaneReading = nothing
  let sum: PlaneReading | null = null
  const all = (): PlaneReading => (sum ??= [...living.values()].reduce(addReadings, departed))
  return {
    counters: countersOf(all),
    usageOf: (environment) => ({
      count: () => undefined,
      countAll: () => undefined,
      countRequest: () => undefined,
      swap: ({ snapshot }) => evaluations.of(environment).flagsNow(snapshot.flagKeys),
      read: () => evaluations.of(environment).read(),
      requests: () => all().environments[environment]?.requests ?? 0,
    }),
    report(worker, reading) {
      for (const [environment, now] of Object.entries(reading.environments)) {
        const before = living.get(worker)?.environments[environment]?.evaluations ?? []
        evaluations.grow(environment, before, now.evaluations)
      }
      living.set(worker, reading)
      sum = null
    },
    retire(worker) {
      const last = living.get(worker)
      living.delete(worker)
      if (last !== undefined) departed = addReadings(departed, withoutGauges(last))
      sum = null
    },
  }
}

function countersOf(all: () => PlaneReading): PlaneCounters {
  return {
    requests: { read: () => all().requests.map(seriesOf) },
    streams: { read: (environment) => all().environments[environment]?.streams ?? [] },
    refusals: {
      read: () => all().refusals,
      get isOverloaded() {
        return all().isOverloaded
      },
    },
    cache: {
      get statistics() {
        return all().cache
      },
    },
  }
}

function seriesOf({ bounds, cumulative, sum, count, ...labels }: RequestReading): RequestSeries {
  return { ...labels, histogram: { bounds, read: () => ({ cumulative, sum, count }) } }
}
