/** Counts answers by flag, variant and reason. On the request path there is one increment of a typed array and nothing else. */
import type { EvaluatedOutcome } from '@switchyard/engine'
import type { Served, UsageCounter } from './environment.js'

/** One line of the metric: how often a flag gave a variant for a reason. */
export interface UsageSeries {
  readonly flagKey: string
  /** Empty where the answer had none. */
  readonly variant: string
  readonly reason: string
  readonly count: number
}

export interface ReadableUsage extends UsageCounter {
  /** Begins a new table for what is served from now on, and keeps the old one's counts. */
  swap(served: Served): void
  /** Everything counted since the start, in no particular order. Counts never fall. */
  read(): readonly UsageSeries[]
}

/** Most series kept; what comes beyond is counted under `otherLabel`. A label set must not grow with the input. */
const maxUsageSeries = 2_000
/** In place of a flag that does not exist or finds no room, and of a variant that is no listed one. */
const otherLabel = 'other'

/** Creates a counter that has counted nothing. */
export function createUsageCounter(limit: number = maxUsageSeries): ReadableUsage {
  const totals = createTotals(limit)
  let current: Served | null = null
  let table = new Float64Array(0)

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
    read: () => {
      fold()
      return totals.read()
    },
  }
}

type Labels = Omit<UsageSeries, 'count'>

/** A flag that does not exist, and a variant that somebody's context made up, are no labels. */
function labelsOf({ snapshot }: Served, outcome: EvaluatedOutcome, ordinal: number): Labels {
  const { flagKey, variant = '', reason, errorCode } = outcome
  if (ordinal >= 0) return { flagKey, variant, reason }
  const exists = errorCode !== 'FLAG_NOT_FOUND' || Object.hasOwn(snapshot.ruleset.flags, flagKey)
  return { flagKey: exists ? flagKey : otherLabel, variant: variant === '' ? '' : otherLabel, reason }
}

interface Totals {
  add(labels: Labels, count: number): void
  /** Says which flags exist, so that those that are gone can make room. */
  flagsNow(flagKeys: readonly string[]): void
  read(): readonly UsageSeries[]
}

function createTotals(limit: number): Totals {
  const series = new Map<string, { readonly labels: Labels; count: number }>()
  let flagKeys: readonly string[] = []
  let mayHoldVanished = false

  const forgetVanished = (): void => {
    const existing = new Set([...flagKeys, otherLabel])
    for (const [id, { labels }] of series) if (!existing.has(labels.flagKey)) series.delete(id)
    mayHoldVanished = false
  }
  const add = (labels: Labels, count: number): void => {
    const id = JSON.stringify([labels.flagKey, labels.variant, labels.reason])
    const known = series.get(id)
    if (known !== undefined) {
      known.count += count
      return
    }
    if (series.size >= limit && mayHoldVanished) forgetVanished()
    // The overflow's own series, one for each reason, are the only ones beyond the limit.
    if (series.size < limit || labels.flagKey === otherLabel) series.set(id, { labels, count })
    else add({ flagKey: otherLabel, variant: otherLabel, reason: labels.reason }, count)
  }

  return {
    add,
    flagsNow: (now) => {
      flagKeys = now
      mayHoldVanished = true
    },
    read: () => Array.from(series.values(), ({ labels, count }) => ({ ...labels, count })),
  }
}
