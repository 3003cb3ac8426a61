/** The outcomes of one flag, each listed once. */
import type { Outcome } from './types.js'

/** In the order in which they were asked for first. */
export interface OutcomeTable {
  readonly outcomes: readonly Outcome[]
  /** Lists the outcome unless an equal one is there; returns its index. */
  add(outcome: Outcome): number
}

export function createOutcomeTable(): OutcomeTable {
  const outcomes: Outcome[] = []
  const indexes = new Map<string, number>()
  return {
    outcomes,
    add(outcome) {
      const text = JSON.stringify(outcome)
      const known = indexes.get(text)
      if (known !== undefined) return known
      indexes.set(text, outcomes.length)
      return outcomes.push(outcome) - 1
    },
  }
}
