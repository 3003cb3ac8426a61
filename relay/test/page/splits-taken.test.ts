import type { DecisionTrace } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import { endOfScale, splitsTaken } from '../../src/page/splits-taken.js'

const outcome = { step: 'outcome', decided: 0 } as const
const ranges = [
  { from: 0, to: 20, variant: 'a' },
  { from: 20, to: 50, variant: 'b' },
]
const split = (value: number | null, then: DecisionTrace = outcome): DecisionTrace => {
  const arm = ranges.find(({ from, to }) => value !== null && from <= value && value < to)
  return { step: 'split', number: { value }, ranges, then, ...(arm && { arm: { ...arm, closed: false } }) }
}

describe('the splits that an answer came through', () => {
  it('are found behind assignments, rules, cases and other splits, in order', () => {
    const when = { value: true }
    const rules = [
      { matched: false, when },
      { matched: true, when, then: split(30) },
    ]
    const behind: DecisionTrace = { step: 'switch', on: when, then: split(10, split(60)) }
    const decision: DecisionTrace = {
      step: 'targets',
      targetingKey: 'a',
      assigned: false,
      then: { step: 'rules', rules, else: behind },
    }
    expect(splitsTaken(decision).map(({ number, taken }) => [number, taken])).toEqual([
      [30, 1],
      [10, 0],
      [60, -1],
    ])
  })

  it('are none where there is nothing to draw', () => {
    const without: DecisionTrace = { step: 'split', number: { value: 1 }, ranges: [], then: outcome }
    expect([null, undefined, outcome, split(null), without].flatMap(splitsTaken)).toEqual([])
  })

  it.each<[string, number, number, number]>([
    ['shares of one', 0.4, 0.5, 1],
    ['shares of a hundred', 40, 100, 100],
    ['weights that add up to something else', 2, 3, 3],
    ['ranges that are not all there is', 67, 50, 100],
    ['a number far behind', 250, 50, 250],
  ])('have a scale for %s', (_name, number, to, end) => {
    expect(endOfScale([{ number, ranges: [{ from: 0, to }], taken: -1 }])).toBe(end)
  })
})
