import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { murmur3Utf8 } from '../../../src/hash/murmur3-utf8.js'
import type { Json, JsonObject } from '../../../src/index.js'
import { current } from '../../../src/vendors/flagd/dialect/fractional.js'
import { answerOfFlag, call, decide, flagWith, select } from './evaluate.js'

const colours = { red: 'r', blue: 'b', green: 'g' }
const weighted = {
  fractional: [
    ['red', 50],
    ['blue', 30],
    ['green', 20],
  ],
}

function colourOf(targetingKey: string, bucketing: 'current' | 'legacy'): string | undefined {
  const flag = { variants: colours, targeting: weighted }
  return answerOfFlag(flag, { targetingKey }, { bucketing }, 'headerColor').variant
}

describe('fractional', () => {
  it.each([
    ['user-0', 'blue', 'green'],
    ['user-1', 'blue', 'green'],
    ['user-2', 'green', 'red'],
    ['user-3', 'red', 'blue'],
    ['user-4', 'red', 'red'],
    ['user-8', 'blue', 'blue'],
    ['user-19', 'green', 'red'],
  ])('puts %s in %s, as flagd does since 0.15, and in %s, as it did before', (user, now, before) => {
    expect(colourOf(user, 'current')).toBe(now)
    expect(colourOf(user, 'legacy')).toBe(before)
  })

  it('multiplies hash and total without losing a bit', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 2_147_483_647 }), (seed, total) => {
        const exact = Number((BigInt(murmur3Utf8(seed)) * BigInt(total)) >> 32n)
        expect(current.bucketOf(seed, total)).toBe(exact)
      }),
    )
  })

  it('chooses the same as a split and as an operator', () => {
    const weights = fc.option(fc.integer({ min: -5, max: 100 }), { nil: null })
    const shares = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'zzz', null), weights), { minLength: 1, maxLength: 4 })
    const firsts = fc.constantFrom<Json[]>([], ['seed'], [null], [{ var: 's' }], [{ cat: ['x', { var: 's' }] }])
    const seeds = fc.constantFrom<Json>('a', '', null, 5, true, ['b', 7], ['b'], [])
    const keys = fc.constantFrom<Json>('u1', 'u2', '', null, 5)
    const versions = fc.constantFrom('current', 'legacy')
    fc.assert(
      fc.property(shares, firsts, seeds, keys, versions, (buckets, first, s, targetingKey, bucketing) => {
        const rule = { fractional: [...first, ...buckets] }
        // Inside an operator that may answer with anything the rule cannot become a split.
        const computed = { or: [rule, rule] }
        const context: JsonObject = { s, targetingKey }
        const [split, operator] = [rule, computed].map((targeting) => {
          return answerOfFlag(flagWith(targeting), context, { bucketing })
        })
        expect(split).toEqual(operator)
      }),
      { numRuns: 1_000 },
    )
  })

  it('gives every share its part of the users', () => {
    const counts = new Map<string | undefined, number>()
    for (let user = 0; user < 10_000; user += 1) {
      const colour = colourOf(`user-${user}`, 'current')
      counts.set(colour, (counts.get(colour) ?? 0) + 1)
    }
    expect(counts.get('red')).toBeGreaterThan(4_800)
    expect(counts.get('red')).toBeLessThan(5_200)
    expect(counts.get('green')).toBeGreaterThan(1_850)
    expect(counts.get('green')).toBeLessThan(2_150)
  })

  it('becomes a split without arms for shares of nothing', () => {
    expect(
      decide({
        fractional: [
          ['a', 0],
          ['b', 2],
          ['true', 1],
        ],
      }),
    ).toEqual({
      split: ['flagd.bucket', 3, ['flagd.seed', 'f', null, ['key']]],
      arms: [
        [0, 2, 0],
        [2, 3, 1],
      ],
      missing: 2,
      else: 2,
    })
  })

  it('hashes a seed from cat as it is', () => {
    expect(decide({ fractional: [{ cat: [{ var: '$flagd.flagKey' }, { var: 'email' }] }, ['a']] })).toMatchObject({
      split: ['flagd.bucket', 1, ['flagd.cat', 'f', ['attr', 'email']]],
    })
  })

  it('leaves wrong or computed shares to the operator', () => {
    for (const buckets of [[['a', 33.3]], [['a', '5']], [[{ a: 1, b: 2 }]], [[]], ['a', 'b'], [['a', { var: 'w' }]]]) {
      expect(decide({ fractional: ['seed', ...buckets] })).toHaveProperty('switch')
    }
    expect(decide({ fractional: 'seed' })).toHaveProperty('switch')
    expect(decide({ fractional: [['a', 0]] })).toHaveProperty('switch')
  })

  it('takes the element for its context inside a list operator, without a flag key', () => {
    const inner = {
      map: [
        { var: 'users' },
        {
          fractional: [
            ['a', 1],
            ['b', 1],
          ],
        },
      ],
    }
    const context = { users: [{ targetingKey: 'u1' }, { name: 'x' }, 'text'] }
    const variant = call('fractional', '', -1, { const: ['u1', ['a', 1], ['b', 1]] }) === 'a' ? 'a' : 'b'
    const wanted = `[${variant},null,null]`
    expect(answerOfFlag({ variants: { [wanted]: 1 }, targeting: inner }, context).variant).toBe(wanted)
  })
})

describe('legacy fractional', () => {
  const legacy = { bucketing: 'legacy' } as const

  it.each([
    ['needs two arguments', [['a', 1]], 'b'],
    [
      'takes only text for a variant',
      [
        ['a', 1],
        [true, 1],
      ],
      'b',
    ],
    [
      'takes a weight that is no number for 1',
      [
        ['a', '5'],
        ['a', null],
      ],
      'a',
    ],
    [
      'cuts weights to whole ones',
      [
        ['zzz', 0.9],
        ['a', 1.9],
      ],
      'a',
    ],
    [
      'answers with no variant at all where nothing has a weight',
      [
        ['a', 0],
        ['b', 0],
      ],
      'GENERAL',
    ],
  ])('%s', (_, buckets, wanted) => {
    expect(select({ fractional: buckets }, { targetingKey: 'user' }, legacy)).toBe(wanted)
  })

  it('takes a targeting key of no characters', () => {
    const buckets = [
      ['a', 1],
      ['a', 1],
    ]
    expect(select({ fractional: buckets }, { targetingKey: '' }, legacy)).toBe('a')
    expect(select({ fractional: buckets }, { targetingKey: '' })).toBe('b')
    expect(select({ fractional: buckets }, {}, legacy)).toBe('b')
  })
})
