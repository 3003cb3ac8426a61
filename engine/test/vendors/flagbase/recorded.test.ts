import { describe, expect, it } from 'vitest'
import { bucketOf } from '../../../src/vendors/flagbase/dialect.js'
import { rawFlag, rawRuleset, weighted } from './documents.js'
import {
  buckets,
  clock,
  contextOf,
  evaluations,
  matches,
  matchRuleset,
  production,
  snapshotOf,
  weightings,
} from './fixtures.js'

describe("the recorded answers of Flagbase's server", () => {
  it('are ours: variation and reason, of every flag in every context', () => {
    const snapshot = snapshotOf(production)
    const expected = evaluations.flatMap(({ context, evaluations: answers }) =>
      Object.entries(answers).map(([flagKey, answer]) => ({ context, flagKey, answer })),
    )
    const received = expected.map(({ context, flagKey }) => {
      const { variant, native, metadata } = snapshot.evaluate(flagKey, contextOf(context), clock)
      const reason = metadata['flagbaseReason']
      expect(native).toEqual({ variationKey: variant, reason })
      return { context, flagKey, answer: [variant, reason] }
    })
    expect(expected).toHaveLength(2_064)
    expect(received).toEqual(expected)
  })

  it('are ours: which traits match which rules, and which do when negated', () => {
    const snapshot = snapshotOf(matchRuleset)
    const received = matches.map((recorded, index) => {
      const context = { trait: JSON.parse(recorded.traitJson) }
      const isServed = (flagKey: string) => snapshot.evaluate(flagKey, context, clock).variant === 'treatment'
      return { ...recorded, match: isServed(`${index}`), negated: isServed(`-${index}`) }
    })
    expect(matches).toHaveLength(660)
    expect(received).toEqual(matches.map((recorded) => ({ ...recorded, negated: !recorded.match })))
  })

  it('are ours: the bucket of every flag and identifier', () => {
    const received = buckets.map((recorded) => {
      return { ...recorded, bucket: bucketOf(recorded.flagKey + recorded.identifier) }
    })
    expect(buckets).toHaveLength(78)
    expect(received).toEqual(buckets)
  })

  it.each(weightings)('are ours: which bucket goes where with the weights $weights', ({ weights, ranges }) => {
    const variations = weights.map((weight, index) => [`v${index}`, weight] as const)
    const snapshot = snapshotOf(rawRuleset(rawFlag({ fallthroughVariations: weighted(...variations) })))
    for (const [bucket, targetingKey] of userOfBucket.entries()) {
      const range = ranges.find(({ fromBucket, toBucket }) => fromBucket <= bucket && bucket <= toBucket)
      const { variant } = snapshot.evaluate('flag', { targetingKey }, clock)
      expect([bucket, variant]).toEqual([bucket, `v${range?.variationIndex}`])
    }
  })
})

/** For each bucket of the flag `flag`, somebody who is in it. */
const userOfBucket = usersByBucket()

function usersByBucket(): string[] {
  const users = new Map<number, string>()
  for (let index = 0; users.size < 100; index += 1) users.set(bucketOf(`flaguser-${index}`), `user-${index}`)
  return Array.from({ length: 100 }, (_, bucket) => users.get(bucket) ?? '')
}
