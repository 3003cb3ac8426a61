/** What a flag can answer, and how often it did. */
import type { FlagSummary } from '../management/flag-summary.js'

/** One variant. Several values may go by its name, and what a flag gives without a name counts as one, too. */
export interface Share {
  readonly variant: string
  readonly isError: boolean
  /** The values that go by this variant, as text; null: the default in the application's code. */
  readonly values: readonly (string | null)[]
  readonly count: number
  /** From 0 to 1; 0 too where nothing was counted. */
  readonly share: number
}

/** The listed variants in their order, then those that were counted without being listed. */
export function sharesOf({ outcomes, answers }: Pick<FlagSummary, 'outcomes' | 'answers'>): readonly Share[] {
  const total = answers.reduce((sum, { remote, inProcess }) => sum + remote + inProcess, 0)
  const ids = new Set([...outcomes, ...answers].map(idOf))
  return Array.from(ids, (id) => {
    const counted = answers.find((each) => idOf(each) === id)
    const same = outcomes.filter((each) => idOf(each) === id)
    const { variant = '', isError = false } = counted ?? same[0] ?? {}
    const count = counted === undefined ? 0 : counted.remote + counted.inProcess
    const values = [...new Set(same.map(({ value }) => value))]
    return { variant, isError, values, count, share: total === 0 ? 0 : count / total }
  })
}

function idOf({ variant, isError }: { readonly variant: string; readonly isError: boolean }): string {
  return JSON.stringify([variant, isError])
}
