import { describe, expect, it } from 'vitest'
import { compile, isVisible, type Decision, type JsonObject } from '../../src/index.js'
import { clock, conditional, decided, evaluate, outcomes, rulesetOf } from './evaluate.js'

const bucket = ['attr', 'n'] as const
const is = (plan: string): ['eq', ['attr', string], string] => ['eq', ['attr', 'plan'], plan]

/** [row, decision, context, variant] */
const rows: [string, Decision, JsonObject, string | null][] = [
  ['a number selects its outcome', 2, {}, 'c'],
  ['null decides nothing', null, {}, null],
  [
    'the first true rule wins',
    {
      rules: [
        { when: is('x'), then: 0 },
        { when: true, then: 1 },
      ],
    },
    { plan: 'y' },
    'b',
  ],
  [
    'a rule that decides nothing lets the next one try',
    {
      rules: [
        { when: true, then: null },
        { when: true, then: 1 },
      ],
    },
    {},
    'b',
  ],
  ['no rule falls to else', { rules: [{ when: is('x'), then: 0 }], else: 3 }, {}, 'd'],
  ['no rule and no else decides nothing', { rules: [{ when: is('x'), then: 0 }] }, {}, null],
  [
    'a split takes the arm that holds the number',
    {
      split: bucket,
      arms: [
        [0, 50, 0],
        [50, 100, 1],
      ],
    },
    { n: 50 },
    'b',
  ],
  ['an arm excludes its upper bound', { split: bucket, arms: [[0, 50, 0]], else: 3 }, { n: 50 }, 'd'],
  [
    'a closed arm includes its upper bound',
    { split: bucket, closed: true, arms: [[0, 50, 0]], else: 3 },
    { n: 50 },
    'a',
  ],
  [
    'a split without a number takes missing',
    { split: bucket, arms: [[0, 1, 0]], missing: 2, else: 3 },
    { n: 'x' },
    'c',
  ],
  ['a split without missing takes else', { split: bucket, arms: [[0, 1, 0]], else: 3 }, {}, 'd'],
  [
    'a switch takes the identical case',
    {
      switch: bucket,
      cases: [
        [['1', 2], 0],
        [1, 1],
      ],
      else: 3,
    },
    { n: 1 },
    'b',
  ],
  [
    'a switch finds a value in a list of cases',
    {
      switch: bucket,
      cases: [
        [['1', 2], 0],
        [1, 1],
      ],
      else: 3,
    },
    { n: 2 },
    'a',
  ],
  [
    'the first of two equal cases wins',
    {
      switch: bucket,
      cases: [
        [1, 0],
        [1, 1],
      ],
    },
    { n: 1 },
    'a',
  ],
  ['a switch on null takes missing', { switch: bucket, cases: [[1, 0]], missing: 2, else: 3 }, {}, 'c'],
  ['a switch on an object takes else', { switch: bucket, cases: [[1, 0]], missing: 2, else: 3 }, { n: {} }, 'd'],
]

describe('decisions', () => {
  it.each(rows)('%s', (_row, decide, context, variant) => {
    expect(decided(decide, context)).toBe(variant)
  })

  it('answers DEFAULT without a value where nothing is decided', () => {
    const outcome = evaluate({ outcomes: [], decide: null })
    expect(outcome).toMatchObject({ reason: 'DEFAULT', value: undefined, variant: undefined, errorCode: undefined })
  })

  it('consults individual assignments exactly where the decision says so', () => {
    const decide: Decision = { targets: { rules: [], else: 1 } }
    const targets = {
      vip: { f: 0 },
      odd: { f: { value: 'z', variant: 'z', reason: 'TARGETING_MATCH' as const } },
      other: {},
    }
    expect(decided(decide, { targetingKey: 'vip' }, { targets })).toBe('a')
    expect(decided(decide, { targetingKey: 'odd' }, { targets })).toBe('z')
    expect(decided(decide, { targetingKey: 'other' }, { targets })).toBe('b')
    expect(decided(decide, {}, { targets })).toBe('b')
    expect(decided(2, { targetingKey: 'vip' }, { targets })).toBe('c')
  })

  it('looks up targeting keys that name inherited members', () => {
    const targets = JSON.parse('{"__proto__": {"f": 0}}') as Record<string, { f: number }>
    expect(decided({ targets: 1 }, { targetingKey: '__proto__' }, { targets })).toBe('a')
    expect(decided({ targets: 1 }, { targetingKey: 'constructor' }, { targets })).toBe('b')
  })
})

describe('failing', () => {
  it('answers with the failed outcome at the point where the failure is reached', () => {
    const flag = {
      outcomes: outcomes('a', 'b'),
      decide: { rules: [{ when: ['or', is('x'), ['fail', 'no']] as const, then: 0 }] },
      failed: 1,
    }
    expect(evaluate(flag, { plan: 'x' }).variant).toBe('a')
    expect(evaluate(flag, { plan: 'y' }).variant).toBe('b')
  })

  it('answers PARSE_ERROR where the flag names no failed outcome', () => {
    expect(evaluate(conditional(['fail']))).toMatchObject({
      reason: 'ERROR',
      errorCode: 'PARSE_ERROR',
      errorDetails: 'evaluation failed',
    })
  })
})

describe('segments', () => {
  it('count only when true and are shared by flags', () => {
    const segments = { gold: { when: is('gold') }, odd: { when: 'true' } }
    const flags = {
      x: conditional(['segment', 'gold']),
      y: conditional(['segment', 'odd']),
      z: conditional(['segment', 'gone']),
    }
    const { snapshot, diagnostics } = compile(rulesetOf(flags, { segments }))
    const variants = snapshot.evaluateAll({ plan: 'gold' }, clock, 'server').map(({ variant }) => variant)
    expect(variants).toEqual(['a', 'b', 'b'])
    expect(diagnostics).toMatchObject([{ code: 'UNKNOWN_REFERENCE', path: ['flags', 'z'] }])
  })

  it('remember a failure for every flag that asks', () => {
    const segments = { bad: { when: ['fail', 'no'] as const } }
    const { snapshot } = compile(
      rulesetOf({ x: conditional(['segment', 'bad']), y: conditional(['segment', 'bad']) }, { segments }),
    )
    const codes = snapshot.evaluateAll({}, clock, 'server').map(({ errorCode }) => errorCode)
    expect(codes).toEqual(['PARSE_ERROR', 'PARSE_ERROR'])
  })
})

describe('flags that read other flags', () => {
  const base = {
    outcomes: [{ value: 5, variant: 'five', reason: 'STATIC' as const, metadata: { k: 'm' }, as: { string: '5' } }],
    decide: 0,
  }
  const reads = (field: string | undefined, expected: string | number): boolean => {
    const when = ['eq', field === undefined ? ['flag', 'base'] : ['flag', 'base', field], expected] as const
    return compile(rulesetOf({ base, f: conditional(when) })).snapshot.evaluate('f', {}, clock).variant === 'a'
  }

  it.each([
    [undefined, 5],
    ['value', 5],
    ['variant', 'five'],
    ['reason', 'STATIC'],
    ['as.string', '5'],
    ['metadata.k', 'm'],
  ] as const)('read its %s', (field, expected) => {
    expect(reads(field, expected)).toBe(true)
  })

  it('read null from a flag that is not there', () => {
    expect(evaluate(conditional(['isNull', ['flag', 'gone']])).variant).toBe('a')
  })

  it('answer with an error on a cycle, and read null from one outside it', () => {
    const flags = {
      a: conditional(['eq', ['flag', 'b'], 'a']),
      b: conditional(['eq', ['flag', 'a'], 'a']),
      outside: conditional(['isNull', ['flag', 'a']]),
    }
    const { snapshot, diagnostics } = compile(rulesetOf(flags))
    expect(snapshot.evaluate('a', {}, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('b', {}, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('outside', {}, clock).variant).toBe('a')
    expect(diagnostics.map(({ code }) => code)).toEqual(['CYCLE', 'CYCLE'])
  })
})

describe('audiences', () => {
  const flags = {
    all: { outcomes: outcomes('a'), decide: 0 },
    inner: { outcomes: outcomes('a'), decide: 0, audience: 'internal' as const },
    secret: { outcomes: outcomes('a'), decide: 0, audience: 'server' as const },
    hidden: { outcomes: [{ reason: 'DISABLED' as const, hidden: true as const }], decide: 0 },
  }
  const { snapshot } = compile(rulesetOf(flags))

  it.each([
    ['server', ['all', 'secret']],
    ['client', ['all']],
  ] as const)('a %s sees its flags only', (audience, keys) => {
    expect(snapshot.evaluateAll({}, clock, audience).map(({ flagKey }) => flagKey)).toEqual(keys)
    expect(snapshot.flagKeys.filter((key) => isVisible(snapshot.evaluate(key, {}, clock), audience))).toEqual(keys)
  })
})
