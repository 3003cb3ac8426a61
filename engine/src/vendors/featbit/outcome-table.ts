import type { Outcome } from '../../ruleset/types.js'

/** A flag's outcomes, each listed once, in the order in which they were asked for first. */
export interface OutcomeTable {
  readonly outcomes: readonly Outcome[]
  /** The index of the outcome. */
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
