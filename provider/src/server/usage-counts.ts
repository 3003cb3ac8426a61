/** Counts evaluations until they are told to the relay. An evaluation adds one to a number in a typed array, and no more. */
import type { EvaluatedOutcome, Snapshot } from '@switchyard/engine'
import { createUsageRows, other, type UsageRow } from './usage-rows.js'

export interface UsageCounts {
  /**
   * Counts one answer.
   *
   * @param reason what the application was told: another one than the outcome's where a good answer was of the wrong type
   */
  count(outcome: EvaluatedOutcome, reason: string): void
  /** Counts go on with this snapshot; what was counted before is kept. */
  swap(snapshot: Snapshot): void
  /** Hands over what was counted since the last time. */
  take(): UsageRow[]
}

/** Creates counts of nothing. */
export function createUsageCounts(): UsageCounts {
  const rows = createUsageRows()
  let snapshot: Snapshot | null = null
  let table = new Float64Array(0)

  /** Moves the table's counts to the rows: the ordinals mean nothing to the next snapshot. */
  const fold = (): void => {
    if (snapshot === null) return
    for (const [ordinal, count] of table.entries()) {
      if (count === 0) continue
      const { flagKey: flag, variant = '', reason } = snapshot.outcomeAt(ordinal)
      rows.add({ flag, variant, reason, count })
    }
    table.fill(0)
  }
  return {
    count(outcome, reason) {
      if (snapshot === null) return
      const ordinal = snapshot.ordinalOf(outcome)
      if (ordinal >= 0 && reason === outcome.reason) table[ordinal] = (table[ordinal] as number) + 1
      else rows.add(unlisted(outcome, reason, snapshot))
    },
    swap(next) {
      fold()
      snapshot = next
      table = new Float64Array(next.outcomeCount)
    },
    take() {
      fold()
      return rows.take()
    },
  }
}

/** An answer that is in no table: no such flag, another type than the flag's, or a variant that a rule computed. */
function unlisted({ flagKey, variant }: EvaluatedOutcome, reason: string, { ruleset }: Snapshot): UsageRow {
  const flag = Object.hasOwn(ruleset.flags, flagKey) ? flagKey : other
  return { flag, variant: reason === 'ERROR' || variant === undefined ? '' : other, reason, count: 1 }
}
