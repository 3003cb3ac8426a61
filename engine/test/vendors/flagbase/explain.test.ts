import { describe, expect, it } from 'vitest'
import {
  type EvaluatedOutcome,
  type ExplainedOutcome,
  explain,
  type JsonObject,
  type Snapshot,
} from '../../../src/index.js'
import { rawFlag, rawRuleset, weighted } from './documents.js'
import { buckets, clock, contextOf, evaluations, matches, matchRuleset, production, snapshotOf } from './fixtures.js'

/** What evaluating and explaining say, side by side. */
function both(snapshot: Snapshot, flagKey: string, context: JsonObject): readonly [string, string] {
  const say = (outcome: EvaluatedOutcome | ExplainedOutcome | undefined) =>
    JSON.stringify([flagKey, context, outcome?.variant, outcome?.reason, outcome?.metadata, outcome?.errorCode])
  return [say(snapshot.evaluate(flagKey, context, clock)), say(explain(snapshot, flagKey, context, clock)?.outcome)]
}

describe('explaining a Flagbase flag', () => {
  it('comes to what evaluating comes to, for every recorded evaluation', () => {
    const snapshot = snapshotOf(production)
    for (const { context } of evaluations) {
      for (const flagKey of snapshot.flagKeys) {
        const [evaluated, explained] = both(snapshot, flagKey, contextOf(context))
        expect(explained).toBe(evaluated)
      }
    }
  })

  it('comes to what evaluating comes to, for every recorded match', () => {
    const snapshot = snapshotOf(matchRuleset)
    for (const [index, { traitJson }] of matches.entries()) {
      for (const flagKey of [`${index}`, `-${index}`]) {
        const [evaluated, explained] = both(snapshot, flagKey, { trait: JSON.parse(traitJson) })
        expect(explained).toBe(evaluated)
      }
    }
  })

  it('shows the text that is hashed, the bucket and the arm, for every recorded bucket', () => {
    const halves = weighted(['control', 50], ['treatment', 50])
    // The empty key is a text that the function was called with; no flag has it.
    const ofFlags = buckets.filter(({ flagKey }) => flagKey !== '')
    const flagKeys = [...new Set(ofFlags.map(({ flagKey }) => flagKey))]
    const flags = flagKeys.map((flagKey) => rawFlag({ flagKey, fallthroughVariations: halves }))
    const snapshot = snapshotOf(rawRuleset(...flags))
    for (const { flagKey, identifier, bucket } of ofFlags) {
      const explanation = explain(snapshot, flagKey, { targetingKey: identifier }, clock)
      const [from, to] = bucket < 50 ? [0, 50] : [50, 100]
      expect(explanation?.decision).toMatchObject({
        step: 'split',
        number: { operator: 'flagbase.bucket', value: bucket, hashInput: flagKey + identifier },
        arm: { from, to },
      })
    }
  })

  it('shows that nothing follows the flag in the hashed text where there is no targeting key', () => {
    const snapshot = snapshotOf(
      rawRuleset(rawFlag({ fallthroughVariations: weighted(['control', 50], ['treatment', 50]) })),
    )
    expect(explain(snapshot, 'flag', {}, clock)?.decision).toMatchObject({ number: { hashInput: 'flag' } })
  })
})
