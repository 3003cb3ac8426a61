import { describe, expect, it } from 'vitest'
import { bucketOf } from '../../../src/vendors/featbit/dialect.js'
import { all, flagEntry, payload, ruleEntry, share } from './documents.js'
import { clock, readFixture, snapshotOf } from './fixtures.js'

interface HashVectors {
  readonly bucket: readonly { readonly input: string; readonly bucket: number }[]
  readonly interval: readonly {
    readonly input: string
    readonly interval: readonly [number, number]
    readonly inRollout: boolean
  }[]
}

const vectors = readFixture('hash-vectors.json') as HashVectors

describe('the bucket of a text', () => {
  it('is the one that the Node SDK computes, for every recorded text', () => {
    expect(vectors.bucket.length).toBeGreaterThan(50)
    for (const { input, bucket } of vectors.bucket) expect([input, bucketOf(input)]).toEqual([input, bucket])
  })

  it('counts a lone surrogate as the replacement character', () => {
    expect(bucketOf('a\ud800b')).toBe(bucketOf('a\ufffdb'))
  })
})

describe('a rollout interval', () => {
  it.each(vectors.interval)('$interval holds $input: $inRollout', ({ input, interval: [from, to], inRollout }) => {
    const key = input.slice(0, 1)
    const fallthrough = { dispatchKey: null, variations: [share('yes', from, to)] }
    const snapshot = snapshotOf(payload([flagEntry({ key, fallthrough })]))
    const outcome = snapshot.evaluate(key, { targetingKey: input.slice(1) }, clock)
    expect(outcome.variant).toBe(inRollout ? 'yes' : undefined)
    expect(outcome.errorCode).toBe(inRollout ? undefined : 'PARSE_ERROR')
  })

  it('wins over a later one that shares its bound', () => {
    const bucket = bucketOf('fuser')
    const variations = [share('yes', 0, bucket), share('no', bucket, 1)]
    const snapshot = snapshotOf(payload([flagEntry({ fallthrough: { variations } })]))
    expect(snapshot.evaluate('f', { targetingKey: 'user' }, clock).variant).toBe('yes')
  })
})

describe('the dispatch key', () => {
  /** [what the row is about, dispatch key, context, text that is hashed] */
  const rows: [string, string | null, Readonly<Record<string, string | number>>, string][] = [
    ['null means the targeting key', null, {}, 'fu'],
    ['blank means the targeting key', ' \t', { ' \t': 'x' }, 'fu'],
    ['keyId means the targeting key', 'keyId', { keyId: 'x' }, 'fu'],
    ['name means the name', 'name', { name: 'Ada' }, 'fAda'],
    ['an attribute is taken as text', 'tier', { tier: 7 }, 'f7'],
    ['a missing attribute is empty text', 'tier', {}, 'f'],
  ]

  it.each(rows)('%s', (_row, dispatchKey, attributes, hashed) => {
    const variations = [share('yes', 0, bucketOf(hashed)), share('no', bucketOf(hashed), 1)]
    const lower = snapshotOf(payload([flagEntry({ fallthrough: { dispatchKey, variations } })]))
    const higher = snapshotOf(
      payload([flagEntry({ fallthrough: { dispatchKey, variations: variations.toReversed() } })]),
    )
    const context = { targetingKey: 'u', ...attributes }
    // The bucket is exactly on the bound, so whichever interval stands first holds it: no other text would do that.
    expect(lower.evaluate('f', context, clock).variant).toBe('yes')
    expect(higher.evaluate('f', context, clock).variant).toBe('no')
  })

  it('of a rule is its own', () => {
    const rules = [ruleEntry([], { dispatchKey: 'country', variations: [share('yes', 0, 0.5), share('no', 0.5, 1)] })]
    const snapshot = snapshotOf(payload([flagEntry({ rules, fallthrough: { variations: [all('no')] } })]))
    const variants = ['de', 'fr', 'us', 'jp'].map(
      (country) => snapshot.evaluate('f', { targetingKey: 'u', country }, clock).variant,
    )
    expect(variants).toEqual(['de', 'fr', 'us', 'jp'].map((country) => (bucketOf(`f${country}`) <= 0.5 ? 'yes' : 'no')))
  })
})
