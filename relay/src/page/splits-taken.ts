/** The splits that an answer came through, as what a picture of them needs. */
import type { DecisionTrace, RangeTrace, SplitTrace } from '@switchyard/engine'

/** A number among ranges. */
export interface TakenSplit {
  readonly number: number
  readonly ranges: readonly RangeTrace[]
  /** Index of the range that holds the number; -1: none does. */
  readonly taken: number
}

/** In the order in which they were decided. Splits without a number or without ranges have no picture. */
export function splitsTaken(decision: DecisionTrace | null | undefined): readonly TakenSplit[] {
  switch (decision?.step) {
    case 'rules':
      return [...decision.rules.map(({ then }) => then), decision.else].flatMap(splitsTaken)
    case 'split':
      return [...takenSplit(decision), ...splitsTaken(decision.then)]
    case 'switch':
    case 'targets':
      return splitsTaken(decision.then)
    default:
      return []
  }
}

function takenSplit({ number: { value }, ranges, arm }: SplitTrace): readonly TakenSplit[] {
  if (typeof value !== 'number' || ranges.length === 0) return []
  const taken = arm === undefined ? -1 : ranges.findIndex(({ from, to }) => from === arm.from && to === arm.to)
  return [{ number: value, ranges, taken }]
}

/**
 * Where the scale of these splits ends. Ranges are shares of one or of a hundred, or whatever they add up to; a number behind the
 * last of them tells that they are not all there is.
 */
export function endOfScale(splits: readonly TakenSplit[]): number {
  const end = Math.max(...splits.flatMap(({ ranges }) => ranges.map(({ to }) => to)))
  const furthest = Math.max(end, ...splits.map(({ number }) => number))
  const whole = [1, 100].find((each) => furthest <= each) ?? furthest
  return furthest > end || end <= 1 ? whole : end
}
