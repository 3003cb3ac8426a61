/** What a flag can answer, and how often it did. */
import type { FlagSummary } from '../management/flag-summary.js'

/** One variant. Several values may go by its name, and what a flag gives without a name counts as one, too. */
export interface Share {
  readonly variant: string
  readonly isError: boolean
  /** Whether answers are put together from the context, so that there is no list of them. */
  readonly isComputed: boolean
  /** The values that go by this variant, as text; null: the default in the application's code. */
  readonly values: readonly (string | null)[]
  readonly count: number
  /** From 0 to 1; 0 too where nothing was counted. */
  readonly share: number
}

/**
 * The listed variants in their order, then those that were counted without being listed. What can go wrong and never did is left out,
 * unless there is nothing else.
 */
export function sharesOf({ outcomes, answers }: Pick<FlagSummary, 'outcomes' | 'answers'>): readonly Share[] {
  const total = answers.reduce((sum, { remote, inProcess }) => sum + remote + inProcess, 0)
  const ids = new Set([...outcomes, ...answers].map(idOf))
  const shares = Array.from(ids, (id): Share => {
    const counted = answers.find((each) => idOf(each) === id)
    const same = outcomes.filter((each) => idOf(each) === id)
    const { variant = '', isError = false } = counted ?? same[0] ?? {}
    const count = counted === undefined ? 0 : counted.remote + counted.inProcess
    const values = [...new Set(same.map(({ value }) => value))]
    const isComputed = same.some((each) => each.isComputed)
    return { variant, isError, isComputed, values, count, share: total === 0 ? 0 : count / total }
  })
  const worthShowing = shares.filter(({ isError, count }) => !isError || count > 0)
  return worthShowing.length > 0 ? worthShowing : shares
}

function idOf({ variant, isError }: { readonly variant: string; readonly isError: boolean }): string {
  return JSON.stringify([variant, isError])
}
