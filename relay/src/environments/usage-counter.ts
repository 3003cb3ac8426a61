/** Counts answers by flag, variant and reason. On the request path there is one increment of a typed array and nothing else. */
import type { EvaluatedOutcome } from '@switchyard/engine'
import {
  createEvaluationTotals,
  otherLabel,
  type EvaluationLabels,
  type EvaluationSeries,
} from '../telemetry/evaluation-totals.js'
import type { Served, UsageCounter } from './environment.js'

export interface ReadableUsage extends UsageCounter {
  /** Begins a new table for what is served from now on, and keeps the old one's counts. */
  swap(served: Served): void
  /** Everything counted since the start, in no particular order. Counts never fall. */
  read(): readonly EvaluationSeries[]
  /** How many requests were answered since the start. */
  requests(): number
}

/** Creates a counter that has counted nothing. */
export function createUsageCounter(limit?: number): ReadableUsage {
  const totals = createEvaluationTotals(limit)
  let current: Served | null = null
  let table = new Float64Array(0)
  let requests = 0

  const count = (served: Served, outcome: EvaluatedOutcome): void => {
    const ordinal = served.snapshot.ordinalOf(outcome)
    if (served === current && ordinal >= 0) table[ordinal] = (table[ordinal] as number) + 1
    else totals.add(labelsOf(served, outcome, ordinal), 1)
  }
  /** Moves the table's counts to the totals: the ordinals mean nothing to the next snapshot. */
  const fold = (): void => {
    if (current === null) return
    const { snapshot } = current
    for (const [ordinal, counted] of table.entries()) {
      if (counted > 0) totals.add(labelsOf(current, snapshot.outcomeAt(ordinal), ordinal), counted)
    }
    table.fill(0)
  }

  return {
    count,
    countAll: (served, outcomes) => {
      for (const outcome of outcomes) count(served, outcome)
    },
    swap: (served) => {
      fold()
      current = served
      table = new Float64Array(served.snapshot.outcomeCount)
      totals.flagsNow(served.snapshot.flagKeys)
    },
    countRequest: () => {
      requests += 1
    },
    read: () => {
      fold()
      return totals.read()
    },
    requests: () => requests,
  }
}

/** A flag that does not exist, and a variant that somebody's context made up, are no labels. */
function labelsOf({ snapshot }: Served, outcome: EvaluatedOutcome, ordinal: number): EvaluationLabels {
  const { flagKey, variant = '', reason, errorCode } = outcome
  if (ordinal >= 0) return { flagKey, variant, reason }
  const exists = errorCode !== 'FLAG_NOT_FOUND' || Object.hasOwn(snapshot.ruleset.flags, flagKey)
  return { flagKey: exists ? flagKey : otherLabel, variant: variant === '' ? '' : otherLabel, reason }
}
