import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/index.js'
import { clock, contextOf, readCases, readFixture, snapshotOf, suites } from './fixtures.js'

describe('explaining a FeatBit flag', () => {
  it.each(suites)('%s: comes to the outcome that evaluating comes to, for every user and flag', (suite) => {
    const cases = readCases(suite)
    const snapshot = snapshotOf(readFixture(cases.payload))
    const differing = cases.users.slice(0, 12).flatMap((user) => {
      const context = contextOf(user)
      return snapshot.flagKeys.filter((flagKey) => {
        const { reason, variant, errorCode } = snapshot.evaluate(flagKey, context, clock)
        const explained = explain(snapshot, flagKey, context, clock)?.outcome
        return (
          JSON.stringify([reason, variant, errorCode]) !==
          JSON.stringify([explained?.reason, explained?.variant, explained?.errorCode])
        )
      })
    })
    expect(differing).toEqual([])
  })
})
