/**
 * The lane back: what providers evaluated in their own processes, added up for the metrics. Bounded in every direction: series
 * by the flags and variants that are served, remembered batches by number.
 *
 * @see ADR-0011
 */
import type { Snapshot } from '@switchyard/engine'
import {
  createEvaluationTotals,
  otherLabel,
  type EvaluationLabels,
  type EvaluationSeries,
  type EvaluationTotals,
} from '../telemetry/evaluation-totals.js'
import type { UsageBatch, UsageEntry } from './read-usage-batch.js'

/** `repeated`: it had come before, and was not counted again. `refused`: it was malformed, and nothing of it counted. */
export type UsageOutcome = 'counted' | 'repeated' | 'refused'

/** Where batches come in. */
export interface UsageIntake {
  /**
   * Counts a batch, once however often it comes.
   *
   * @param snapshot what the environment serves: it says which flags and variants exist
   * @returns whether there was room for it; otherwise nothing of it counts, and it may come again
   */
  accept(environment: string, snapshot: Snapshot, batch: UsageBatch): boolean
  /** Notes that a batch could not be read. */
  refused(environment: string): void
}

export interface UsageLane extends UsageIntake {
  /** Of one environment; counts never fall. */
  read(environment: string): UsageLaneReading
}

export interface UsageLaneReading {
  readonly evaluations: readonly EvaluationSeries[]
  readonly batches: Readonly<Record<UsageOutcome, number>>
}

/**
 * Batches remembered in an environment, the last ones: with 5,000 providers that tell once a minute, those of the last four
 * minutes. At most 3 MB.
 */
const maxBatchesRemembered = 20_000

/** OpenFeature's, as far as an engine can answer them. */
const reasons: ReadonlySet<string> = new Set([
  'STATIC',
  'DEFAULT',
  'TARGETING_MATCH',
  'SPLIT',
  'DISABLED',
  'UNKNOWN',
  'ERROR',
])

/** Creates a lane on which nothing has come yet. */
export function createUsageLane(batchLimit: number = maxBatchesRemembered): UsageLane {
  const tallies = new Map<string, Tally>()
  const tallyOf = (environment: string): Tally => {
    const tally = tallies.get(environment) ?? createTally(batchLimit)
    tallies.set(environment, tally)
    return tally
  }
  return {
    accept(environment, snapshot, batch) {
      tallyOf(environment).accept(snapshot, batch)
      return true
    },
    refused(environment) {
      tallyOf(environment).batches.refused += 1
    },
    read(environment) {
      const tally = tallies.get(environment)
      return {
        evaluations: tally?.totals.read() ?? [],
        batches: { ...(tally?.batches ?? noBatches) },
      }
    },
  }
}

const noBatches: UsageLaneReading['batches'] = { counted: 0, repeated: 0, refused: 0 }

/** What has come for one environment. */
interface Tally {
  readonly totals: EvaluationTotals
  readonly batches: Record<UsageOutcome, number>
  accept(snapshot: Snapshot, batch: UsageBatch): void
}

function createTally(batchLimit: number): Tally {
  const totals = createEvaluationTotals()
  const batches = { ...noBatches }
  /** In the order in which they came first. */
  const seen = new Set<string>()
  let current: Snapshot | null = null

  const isNew = (key: string): boolean => {
    if (seen.has(key)) return false
    if (seen.size >= batchLimit) seen.delete(seen.values().next().value as string)
    seen.add(key)
    return true
  }
  return {
    totals,
    batches,
    accept(snapshot, { key, evaluations }) {
      if (!isNew(key)) {
        batches.repeated += 1
        return
      }
      batches.counted += 1
      if (snapshot !== current) totals.flagsNow(snapshot.flagKeys)
      current = snapshot
      for (const entry of evaluations) if (entry.count > 0) totals.add(labelsOf(snapshot, entry), entry.count)
    },
  }
}

/** What does not exist here is no label: it may be of another revision, or made up. */
function labelsOf({ ruleset }: Snapshot, { flagKey, variant, reason }: UsageEntry): EvaluationLabels {
  const known = reasons.has(reason) ? reason : otherLabel
  if (!Object.hasOwn(ruleset.flags, flagKey)) return { flagKey: otherLabel, variant: otherOf(variant), reason: known }
  return { flagKey, variant: isListed(ruleset.flags[flagKey], variant) ? variant : otherOf(variant), reason: known }
}

function otherOf(variant: string): string {
  return variant === '' ? '' : otherLabel
}

/** @param flag as the ruleset has it: a malformed one lists nothing */
function isListed(flag: unknown, variant: string): boolean {
  const outcomes: unknown = (flag as { readonly outcomes?: unknown } | null | undefined)?.outcomes
  if (!Array.isArray(outcomes)) return false
  return outcomes.some((outcome: { readonly variant?: unknown } | null) => outcome?.variant === variant)
}
