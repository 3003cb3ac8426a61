import { describe, expect, it } from 'vitest'
import { compile, type Json } from '../../../src/index.js'
import { featbit } from '../../../src/vendors/featbit/index.js'
import { condition, conditionalEntry, payload, segmentEntry } from './documents.js'
import { clock, decodeOrThrow, snapshotOf } from './fixtures.js'

type Context = Readonly<Record<string, Json>>

/** Whether a flag's only rule matches; `error` where the flag fails. */
function matches(
  conditions: readonly ReturnType<typeof condition>[],
  context: Context,
  {
    segments = [],
    ...options
  }: { segments?: readonly unknown[]; missingAttributes?: 'empty-string' | 'no-match' } = {},
): boolean | 'error' {
  const outcome = snapshotOf(payload([conditionalEntry(conditions)], segments), options).evaluate(
    'f',
    { targetingKey: 'u', ...context },
    clock,
  )
  return outcome.errorCode === undefined ? outcome.value === true : 'error'
}

describe('an operator', () => {
  /** [what the row is about, operator, condition value, attribute, expected] */
  const rows: [string, string, string | null, Json, boolean | 'error'][] = [
    ['LessThan excludes the bound', 'LessThan', '10', '10', false],
    ['LessEqualThan includes the bound', 'LessEqualThan', '10', '10.0', true],
    ['BiggerThan reads thousands separators', 'BiggerThan', '1,000', '1,500', true],
    ['BiggerEqualThan is false for what is no number', 'BiggerEqualThan', '1', '12abc', false],
    ['LessThan is true below infinity', 'LessThan', 'Infinity', '1e300', true],
    ['BiggerEqualThan is true for infinity itself', 'BiggerEqualThan', 'infinity', ' Infinity ', true],
    ['BiggerThan is false for NaN', 'BiggerThan', '1', 'NaN', false],
    ['a number condition that is no number is false', 'LessThan', 'ten', '1', false],
    ['Equal compares text', 'Equal', '10', '10.0', false],
    ['NotEqual is the contrary of Equal', 'NotEqual', '10', '10.0', true],
    ['Contains finds empty text', 'Contains', '', 'abc', true],
    ['NotContain is the contrary of Contains', 'NotContain', 'bc', 'abc', false],
    ['StartsWith is ordinal', 'StartsWith', 'AB', 'abc', false],
    ['EndsWith is ordinal', 'EndsWith', 'bc', 'abc', true],
    ['MatchRegex searches the attribute', 'MatchRegex', 'b+', 'abbc', true],
    ['NotMatchRegex is the contrary of MatchRegex', 'NotMatchRegex', 'b+', 'abbc', false],
    ['MatchRegex fails the flag for a pattern that is no pattern', 'MatchRegex', '(', 'abc', 'error'],
    ['NotMatchRegex fails the flag for a pattern that cannot run', 'NotMatchRegex', '(?=a)', 'abc', 'error'],
    ['IsOneOf finds a member', 'IsOneOf', '["a","b"]', 'b', true],
    ['IsOneOf leaves null members alone', 'IsOneOf', '[null,"b"]', 'b', true],
    ['IsOneOf of null is false', 'IsOneOf', 'null', 'a', false],
    ['NotOneOf of null is true', 'NotOneOf', 'null', 'a', true],
    ['NotOneOf of an empty list is true', 'NotOneOf', '[]', 'a', true],
    ['IsOneOf fails the flag for text that is no list', 'IsOneOf', 'a,b', 'a', 'error'],
    ['NotOneOf fails the flag for members that are no text', 'NotOneOf', '[1]', 'a', 'error'],
    ['IsTrue ignores case', 'IsTrue', '', 'TrUe', true],
    ['IsTrue does not trim', 'IsTrue', '', ' true', false],
    ['IsFalse ignores its value', 'IsFalse', 'anything', 'FALSE', true],
    ['IsTrue with a null value is false', 'IsTrue', null, 'true', false],
    ['an unknown operator is false', 'IsNotFunny', 'a', 'a', false],
    ['operators are named in one case only', 'equal', 'a', 'a', false],
  ]

  it.each(rows)('%s', (...[, op, value, attribute, expected]) => {
    expect(matches([condition('p', op, value)], { p: attribute })).toBe(expected)
  })

  it('without a name is false', () => {
    expect(matches([condition('p', null, 'a')], { p: 'a' })).toBe(false)
  })

  it('reads keyId as the targeting key, never as an attribute', () => {
    expect(matches([condition('keyId', 'Equal', 'u')], { keyId: 'x' })).toBe(true)
  })

  it('reads a blank property as empty text', () => {
    expect(matches([condition(' ', 'Equal', '')], { ' ': 'x' })).toBe(true)
  })

  it('finds a member of a long list, which is kept beside the flags', () => {
    const items = Array.from({ length: 5_000 }, (_, index) => `item-${index}`)
    const conditions = [condition('p', 'IsOneOf', JSON.stringify(items))]
    expect(matches(conditions, { p: 'item-4999' })).toBe(true)
    expect(matches(conditions, { p: 'item-5000' })).toBe(false)
    const { ruleset } = featbit.translate(decodeOrThrow(payload([conditionalEntry(conditions)])))
    expect(Object.keys(ruleset.lists ?? {})).toEqual(['/featureFlags/f/rules/0/conditions/0/value'])
  })
})

describe('an attribute that is missing', () => {
  /** [operator, condition value, with "empty-string", with "no-match"] */
  const rows: [string, string, boolean | 'error', boolean][] = [
    ['Equal', '', true, false],
    ['NotEqual', 'a', true, false],
    ['Contains', '', true, false],
    ['NotContain', 'a', true, false],
    ['StartsWith', '', true, false],
    ['EndsWith', '', true, false],
    ['MatchRegex', '^$', true, false],
    ['NotMatchRegex', 'a', true, false],
    ['IsOneOf', '[""]', true, false],
    ['NotOneOf', '["a"]', true, false],
    ['NotOneOf', '[]', true, false],
    ['IsOneOf', 'not-json', 'error', false],
    ['LessThan', '1', false, false],
    ['IsFalse', '', false, false],
  ]

  it.each(rows)('%s %j is %s as empty text, %s with "no-match"', (op, value, asEmpty, noMatch) => {
    const conditions = [condition('p', op, value)]
    for (const context of [{}, { p: null }]) {
      expect(matches(conditions, context)).toBe(asEmpty)
      expect(matches(conditions, context, { missingAttributes: 'no-match' })).toBe(noMatch)
    }
  })

  it('is not an attribute that is empty', () => {
    expect(matches([condition('p', 'Equal', '')], { p: '' }, { missingAttributes: 'no-match' })).toBe(true)
  })

  it('may be the name, but never the key', () => {
    const options = { missingAttributes: 'no-match' } as const
    expect(matches([condition('name', 'NotEqual', 'a')], {}, options)).toBe(false)
    expect(matches([condition('keyId', 'NotEqual', 'a')], {}, options)).toBe(true)
  })
})

describe('a segment', () => {
  const within = (...ids: string[]) => condition('User is in segment', null, JSON.stringify(ids))
  const outside = (...ids: string[]) => condition('User is not in segment', 'any operator', JSON.stringify(ids))
  const gold = { conditions: [condition('plan', 'Equal', 'gold')] }

  /** [what the row is about, condition, segments, context, expected] */
  const rows: [string, ReturnType<typeof condition>, readonly unknown[], Context, boolean | 'error'][] = [
    ['holds whom it includes', within('s'), [segmentEntry({ included: ['u'] })], {}, true],
    ['excludes before it includes', within('s'), [segmentEntry({ included: ['u'], excluded: ['u'] })], {}, false],
    [
      'excludes before its rules',
      within('s'),
      [segmentEntry({ rules: [gold], excluded: ['u'] })],
      { plan: 'gold' },
      false,
    ],
    ['holds whom a rule matches', within('s'), [segmentEntry({ rules: [gold] })], { plan: 'gold' }, true],
    [
      'holds everybody by a rule without conditions',
      within('s'),
      [segmentEntry({ rules: [{ conditions: [] }] })],
      {},
      true,
    ],
    ['without rules holds nobody', within('s'), [segmentEntry()], {}, false],
    [
      'with null lists holds nobody',
      within('s'),
      [segmentEntry({ included: null, excluded: null, rules: null })],
      {},
      false,
    ],
    ['can be asked for by its absence', outside('s'), [segmentEntry()], {}, true],
    ['is one of several', within('t', 's'), [segmentEntry({ included: ['u'] }), segmentEntry({ id: 't' })], {}, true],
    ['goes on matching when archived', within('s'), [segmentEntry({ included: ['u'], isArchived: true })], {}, true],
    [
      'of another environment counts like its own',
      within('s'),
      [segmentEntry({ envId: 'x', included: ['u'] })],
      {},
      true,
    ],
    ['of no name matches nobody', within(), [], {}, false],
    ['of no name has everybody outside', outside(), [], {}, true],
    ['that is unknown fails the flag', within('gone'), [], {}, 'error'],
    ['that is unknown fails the flag when asked for by its absence', outside('gone'), [], {}, 'error'],
    [
      'that is unknown is not reached behind one that matches',
      within('s', 'gone'),
      [segmentEntry({ included: ['u'] })],
      {},
      true,
    ],
    ['that is malformed fails the flag', within('s'), [segmentEntry({ included: 'u' })], {}, 'error'],
    [
      'does not nest: its properties are attributes',
      within('s'),
      [segmentEntry({ rules: [{ conditions: [within('s')] }] })],
      {},
      false,
    ],
  ]

  it.each(rows)('%s', (...[, asked, segments, context, expected]) => {
    expect(matches([asked], context, { segments })).toBe(expected)
  })

  it.each(['null', '[]'])('condition with the list %s holds nobody', (value) => {
    expect(matches([condition('User is in segment', null, value)], {})).toBe(false)
    expect(matches([condition('User is not in segment', null, value)], {})).toBe(true)
  })

  it.each(['not-json', '{}', '[1]', null])('condition with the list %s fails the flag', (value) => {
    expect(matches([condition('User is in segment', null, value)], {})).toBe('error')
    expect(matches([condition('User is not in segment', null, value)], {})).toBe('error')
  })

  it('fails only the flags that reach it', () => {
    const conditions = [condition('plan', 'Equal', 'gold'), within('gone')]
    expect(matches(conditions, { plan: 'free' })).toBe(false)
    expect(matches(conditions, { plan: 'gold' })).toBe('error')
  })

  it('may include a hundred thousand users', () => {
    const included = Array.from({ length: 100_000 }, (_, index) => `user-${index}`)
    const { ruleset } = featbit.translate(
      decodeOrThrow(payload([conditionalEntry([within('s')])], [segmentEntry({ included })])),
    )
    const { snapshot, diagnostics } = compile(ruleset)
    expect(diagnostics).toEqual([])
    expect(snapshot.evaluate('f', { targetingKey: 'user-99999' }, clock).value).toBe(true)
    expect(snapshot.evaluate('f', { targetingKey: 'user-100000' }, clock).value).toBe(false)
  })
})
