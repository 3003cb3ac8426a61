import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/index.js'
import {
  clock,
  contextOf,
  readFixture,
  type RecordedExpression,
  resultOf,
  snapshotOf,
  snapshotOfExpression,
  documentOf,
  underTest,
} from './fixtures.js'

const recorded = readFixture('expressions.json') as RecordedExpression[]
const specified = recorded.filter(({ expected }) => expected.type !== 'unspecified')
const categories = [...new Set(recorded.map(({ category }) => category))].map((category) => ({
  category,
  rows: specified.filter((row) => row.category === category),
}))

describe('recorded Roxx expressions', () => {
  it('are all there', () => {
    expect(specified.length).toBeGreaterThan(300)
  })

  it.each(categories)('$category: have the recorded results', ({ rows }) => {
    const differing = rows.flatMap((row) => {
      const outcome = snapshotOfExpression(row).evaluate(underTest, contextOf(row), clock)
      const received = resultOf(outcome)
      const isSame = received.type === row.expected.type && received.value === row.expected.value
      return isSame ? [] : [{ expression: row.expression, context: contextOf(row), expected: row.expected, received }]
    })
    expect(differing).toEqual([])
  })

  it.each(categories)('$category: are explained as they are evaluated', ({ category }) => {
    const differing = recorded
      .filter((row) => row.category === category)
      .filter((row) => {
        const snapshot = snapshotOfExpression(row)
        const { value, variant, reason, errorCode, as } = snapshot.evaluate(underTest, contextOf(row), clock)
        const explained = explain(snapshot, underTest, contextOf(row), clock)?.outcome
        return (
          JSON.stringify([value, variant, reason, errorCode, as]) !==
          JSON.stringify([explained?.value, explained?.variant, explained?.reason, explained?.errorCode, explained?.as])
        )
      })
    expect(differing).toEqual([])
  })
})

describe('recorded malformed expressions', () => {
  const malformed = readFixture('malformed.json') as RecordedExpression[]

  it.each(malformed)('$expression: spoils nothing beside it', (row) => {
    const snapshot = snapshotOf(
      documentOf({ [underTest]: row.expression, ...row.experiments, sound: '"yes"' }, row.targetGroups),
    )
    snapshot.evaluate(underTest, {}, clock)
    expect(snapshot.evaluate('sound', {}, clock).value).toBe('yes')
    expect(explain(snapshot, underTest, {}, clock)?.outcome.reason).toBe(snapshot.evaluate(underTest, {}, clock).reason)
  })
})
