import { describe, expect, it } from 'vitest'
import { answerOf, clock, contextOf, expectedAnswer, readCases, readFixture, snapshotOf, suites } from './fixtures.js'
import type { Answer, RecordedCases } from './fixtures.js'
import type { FeatBitOptions } from '../../../src/vendors/featbit/index.js'

interface Difference {
  readonly flag: string
  readonly user: string
  readonly expected: Answer
  readonly received: Answer
}

/** Rows whose answer is not the expected one. */
function differences(
  cases: RecordedCases,
  rows: readonly { readonly user: string; readonly flag: string; readonly expected: Answer }[],
  options: FeatBitOptions = {},
): Difference[] {
  const snapshot = snapshotOf(readFixture(cases.payload), options)
  const contexts = new Map(cases.users.map((user) => [user.key, contextOf(user)]))
  return rows.flatMap(({ user, flag, expected }) => {
    const received = answerOf(snapshot.evaluate(flag, contexts.get(user) ?? {}, clock))
    const wanted = expectedAnswer(expected)
    return JSON.stringify(received) === JSON.stringify(wanted) ? [] : [{ flag, user, expected: wanted, received }]
  })
}

describe('recorded answers of FeatBit', () => {
  it.each(suites)('%s: every row on which all implementations agree', (suite) => {
    const cases = readCases(suite)
    const rows = cases.unanimous.map((row) => ({ ...row, expected: row }))
    expect(rows.length).toBeGreaterThan(200)
    expect(differences(cases, rows)).toEqual([])
  })

  it.each(suites)('%s: every row on which they differ, as the evaluation server answers', (suite) => {
    const cases = readCases(suite)
    const rows = cases.divergent
      .filter(({ flag }) => flag !== inlineFlagPattern)
      .map((row) => ({ ...row, expected: row.server }))
    expect(rows.length).toBeGreaterThan(30)
    expect(differences(cases, rows)).toEqual([])
  })

  it('reads an inline regex flag as .NET does, where the model of the server has an engine that cannot', () => {
    const cases = readCases('operators')
    const snapshot = snapshotOf(readFixture(cases.payload))
    const matching = cases.users.filter(
      (user) => snapshot.evaluate(inlineFlagPattern, contextOf(user), clock).reason === 'TARGETING_MATCH',
    )
    const attributes = matching.map((user) => contextOf(user)['p'])
    expect(new Set(attributes)).toEqual(new Set(['abc', 'ABC', 'abcd', '12abc']))
  })

  it.each(['core', 'operators'] as const)(
    '%s: with "no-match", every row as the written specification wants',
    (suite) => {
      const cases = readCases(suite)
      const rows = cases.divergent.filter(followsSpecification).map((row) => ({ ...row, expected: row.spec }))
      expect(rows.length).toBeGreaterThan(20)
      expect(differences(cases, rows, { missingAttributes: 'no-match' })).toEqual([])
    },
  )
})

/** `(?i)abc` */
const inlineFlagPattern = 'op.MatchRegex.4'

/** In an evaluation context null is no attribute, and archived segments are not what the option is about. */
function followsSpecification({ user, flag }: { readonly user: string; readonly flag: string }): boolean {
  return flag !== inlineFlagPattern && user !== 'op-user-null' && !flag.startsWith('segment-')
}
