import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { flagd } from '../../../src/vendors/flagd/index.js'
import { answerOf, answerOfFlag, clock, decide, decoded, flagWith, select, snapshotOf, translated } from './evaluate.js'

describe('a flag without a rule', () => {
  it('is one answer', () => {
    const flag = { variants: { on: true, off: false }, defaultVariant: 'on', metadata: { a: 1 } }
    expect(translated(flag)).toEqual({
      type: 'boolean',
      metadata: { a: 1 },
      outcomes: [{ value: true, variant: 'on', reason: 'STATIC' }],
      decide: 0,
    })
    expect(translated({ ...flag, targeting: {} }).decide).toBe(0)
  })

  it('answers with the code default where it has none', () => {
    expect(answerOfFlag({ variants: { on: true } })).toEqual({ reason: 'DEFAULT' })
  })

  it('is disabled whatever its rule says', () => {
    const rule = { targeting: { $ref: 'gone' } }
    expect(answerOfFlag({ state: 'DISABLED', variants: { on: true }, defaultVariant: 'on', ...rule })).toEqual({
      reason: 'DISABLED',
    })
  })

  it('has a type where its variants have one', () => {
    expect(translated({ variants: { a: [1], b: {} } }).type).toBe('object')
    expect(translated({ variants: { a: 'x', b: 1 } }).type).toBeUndefined()
    expect(translated({ variants: { a: null } }).type).toBeUndefined()
  })

  it('answers TYPE_MISMATCH for a variant that is null', () => {
    expect(answerOfFlag({ variants: { a: null }, defaultVariant: 'a' })).toEqual({
      reason: 'ERROR',
      errorCode: 'TYPE_MISMATCH',
    })
  })
})

describe('a literal for a rule', () => {
  it.each<[Json, string | undefined]>([
    ['a', 'a'],
    [true, 'true'],
    [null, 'b'],
    ['zzz', 'GENERAL'],
    [5, 'GENERAL'],
    [['a'], 'GENERAL'],
    [{ a: 1, b: 2 }, 'GENERAL'],
  ])('is decided when translating: %j', (targeting, wanted) => {
    expect(decide(targeting)).toBe(0)
    expect(select(targeting)).toBe(wanted)
  })

  it('is reported when no variant has its name', () => {
    const { diagnostics } = flagd.translate(decoded({ flags: { f: flagWith({ if: [{ var: 'x' }, 'zzz', 'a'] }) } }))
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'INVALID_VALUE', path: ['flags', 'f', 'targeting'] },
    ])
    expect(diagnostics[0]?.message).toContain('"zzz", which is no variant')
  })
})

describe('names of variants', () => {
  it.each<[title: string, answer: Json, name: string]>([
    ['text is itself', 'é 😀', 'é 😀'],
    ['numbers are printed as JSON', 2.5, '2.5'],
    ['large ones too', 1e21, '1e+21'],
    ['small ones too', 1e-7, '1e-7'],
    ['minus zero is kept', -0, '-0'],
    ['lists are JSON without quotes', ['a', 1, null], '[a,1,null]'],
    ['objects too, their members sorted', { b: ['x'], a: true }, '{a:true,b:[x]}'],
    ['quotes are removed, what escapes them stays', 'say "hi"', 'say \\hi\\'],
    ['a backslash is two', 'a\\b', 'a\\\\b'],
    ['& < > are escaped', 'a&<b>', 'a\\u0026\\u003cb\\u003e'],
    ['line separators are escaped', 'a\u2028b', 'a\\u2028b'],
    ['control characters are escaped', 'a\u0001\n', 'a\\u0001\\n'],
    ['a lone surrogate is replaced', 'a\ud800', 'a\ufffd'],
  ])('%s', (_, answer, name) => {
    const variants = { [name]: 1 }
    expect(answerOfFlag({ variants, targeting: answer }).variant).toBe(name)
    expect(answerOfFlag({ variants, targeting: { var: 'x' } }, { x: answer }).variant).toBe(name)
  })

  it('are none for answers that JSON cannot carry', () => {
    expect(select({ '/': [1, 0] })).toBe('PARSE_ERROR')
    expect(select({ '%': [1, 0] })).toBe('PARSE_ERROR')
  })
})

describe('a rule', () => {
  it('becomes a list of rules where it is a chain of if', () => {
    const targeting = {
      if: [{ ends_with: [{ var: 'email' }, '@corp.com'] }, 'a', { if: [{ var: 'beta' }, 'true', null] }],
    }
    expect(translated(flagWith(targeting))).toEqual({
      type: 'string',
      outcomes: [
        { value: 'a', variant: 'a', reason: 'TARGETING_MATCH' },
        { value: 'true', variant: 'true', reason: 'TARGETING_MATCH' },
        { value: 'b', variant: 'b', reason: 'DEFAULT' },
      ],
      decide: {
        rules: [
          { when: ['endsWith', ['attr', 'email'], '@corp.com'], then: 0 },
          { when: ['flagd.truthy', ['attr', 'beta']], then: 1 },
        ],
        else: 2,
      },
    })
  })

  it('is decided when translating where its conditions are known', () => {
    expect(decide({ if: [false, 'a', true, 'b', { var: 'x' }] })).toBe(0)
  })

  it('becomes a switch over all variants where its answer is computed', () => {
    expect(decide({ var: 'pick' })).toEqual({
      switch: ['flagd.variant', ['attr', 'pick']],
      cases: [
        ['a', 1],
        ['b', 2],
        ['false', 3],
        ['true', 4],
      ],
      missing: 0,
      else: 5,
    })
  })

  it('becomes two answers where it is true or false', () => {
    expect(decide({ in: [{ var: 'c' }, ['de', 1]] })).toEqual({
      rules: [{ when: ['flagd.inList', ['attr', 'c'], ['de', 1]], then: 0 }],
      else: 1,
    })
    expect(decide({ '!!': [{ and: [] }] })).toBe(0)
  })

  it('does not take null for false', () => {
    expect(select({ starts_with: [{ var: 'x' }, 'a'] }, { x: 5 })).toBe('b')
    expect(select({ starts_with: [{ var: 'x' }, 'a'] }, { x: 'b' })).toBe('false')
  })

  it.each<[title: string, condition: Json, expression: Json]>([
    ['equality with text', { '==': [{ var: 'a' }, 'x'] }, ['eq', ['attr', 'a'], 'x']],
    ['from either side', { '!=': ['x', { var: 'a' }] }, ['not', ['eq', ['attr', 'a'], 'x']]],
    ['strict equality with any scalar', { '===': [{ var: 'a' }, 1] }, ['eq', ['attr', 'a'], 1]],
    ['equality with null', { '!==': [{ var: 'a' }, null] }, ['not', ['isNull', ['attr', 'a']]]],
    [
      'and in and',
      { and: [{ and: [true, { '!': { '==': ['x', { var: 'a' }] } }] }, true] },
      ['and', true, ['not', ['eq', ['attr', 'a'], 'x']], true],
    ],
    ['the clock against a number', { '<': [5, { var: '$flagd.timestamp' }] }, ['lt', 5, ['flagd.timestamp', ['now']]]],
  ])('uses the core where it means the same: %s', (_, condition, expression) => {
    expect(decide({ if: [condition, 'a', 'b'] })).toMatchObject({ rules: [{ when: expression }] })
  })

  it.each<[title: string, condition: Json, operator: string]>([
    ['text that spells a number', { '==': [{ var: 'a' }, '1'] }, 'flagd.=='],
    ['blank text', { '==': [{ var: 'a' }, ''] }, 'flagd.=='],
    ['numbers', { '==': [{ var: 'a' }, 1] }, 'flagd.=='],
    ['orderings', { '>': [{ var: 'a' }, 1] }, 'flagd.>'],
    ['two reads', { '===': [{ var: 'a' }, { var: 'b' }] }, 'flagd.==='],
    ['lists with null', { in: [{ var: 'a' }, ['x', null]] }, 'flagd.in'],
    ['! of what may be a list', { '!': { var: 'a' } }, 'flagd.apply'],
  ])('leaves to the dialect what may convert: %s', (_, condition, operator) => {
    expect(decide({ if: [condition, 'a', 'b'] })).toMatchObject({
      rules: [{ when: expect.arrayContaining([operator]) }],
    })
  })

  it('names the version it compares with once', () => {
    expect(decide({ sem_ver: [{ var: 'v' }, '>=', '1.2'] })).toMatchObject({
      switch: ['flagd.variant', ['flagd.semVerOf', ['attr', 'v'], '>=', '1.2']],
    })
  })

  it('answers PARSE_ERROR where an unknown operator is reached, not before', () => {
    const targeting = { if: [{ var: 'x' }, { nope: 1 }, 'a'] }
    expect(select(targeting)).toBe('a')
    expect(select(targeting, { x: 1 })).toBe('PARSE_ERROR')
    const { diagnostics } = flagd.translate(decoded({ flags: { f: flagWith(targeting) } }))
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'UNKNOWN_OPERATOR' }])
  })

  it('answers PARSE_ERROR for an if without a list', () => {
    expect(select({ if: 'a' })).toBe('PARSE_ERROR')
    expect(select({ if: { var: 'x' } }, { x: [true, 'a'] })).toBe('PARSE_ERROR')
  })

  it('answers the same with many computed branches as with few', () => {
    const variants = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`v${index}`, index]))
    const branches = Array.from({ length: 50 }, (_, index) => [
      { '==': [{ var: 'n' }, index] },
      { cat: ['v', String(index)] },
    ])
    const flag = { variants, targeting: { if: branches.flat() } }
    expect(translated(flag).decide).toHaveProperty('switch')
    expect(answerOfFlag(flag, { n: 17 }).variant).toBe('v17')
    expect(answerOfFlag(flag, { n: 50 })).toEqual({ reason: 'DEFAULT' })
  })

  it('answers the same in deep branches as in flat ones', () => {
    let targeting: Json = 'a'
    for (let level = 0; level < 40; level += 1) targeting = { if: [{ var: 'x' }, targeting, 'b'] }
    expect(select(targeting, { x: 1 })).toBe('a')
    expect(select(targeting)).toBe('b')
  })
})

describe('the clock', () => {
  const afterNoon = { '>=': [{ var: '$flagd.timestamp' }, 1_767_225_600] }

  it('is compared in whole seconds', () => {
    const snapshot = snapshotOf({ flags: { f: flagWith({ if: [afterNoon, 'a', 'b'] }) } })
    const at = (nowMs: number): string | undefined => snapshot.evaluate('f', {}, { ...clock, nowMs }).variant
    expect(at(1_767_225_599_999)).toBe('b')
    expect(at(1_767_225_600_000)).toBe('a')
    expect(snapshot.validUntil(1_767_225_599_000, 'f')).toBe(1_767_225_600_000)
    expect(snapshot.validUntil(1_767_225_601_000, 'f')).toBe(Infinity)
  })

  it.each<[title: string, condition: Json, changes: unknown]>([
    ['one comparison', { '>': [{ var: '$flagd.timestamp' }, 10] }, [10_000, 11_000]],
    [
      'two of them',
      { and: [{ '>': [{ var: '$flagd.timestamp' }, 10] }, { '===': [20.5, { var: '$flagd.timestamp' }] }] },
      [10_000, 11_000, 20_000, 21_000],
    ],
    ['never reached', { '>': [{ var: '$flagd.timestamp' }, 1e18] }, []],
    ['against text', { '>': [{ var: '$flagd.timestamp' }, '10'] }, undefined],
    ['in arithmetic', { '>': [{ '-': [{ var: '$flagd.timestamp' }, 5] }, 10] }, undefined],
    ['by a computed path', { '>': [{ var: { var: 'path' } }, 10] }, undefined],
    ['of an element', { some: [{ var: 'list' }, { '>': [{ var: '$flagd.timestamp' }, 10] }] }, undefined],
    ['not at all', { '>': [{ var: 'timestamp' }, 10] }, undefined],
  ])('says when answers may change: %s', (_, condition, changes) => {
    expect(translated(flagWith({ if: [condition, 'a', 'b'] })).changes).toEqual(changes)
  })

  it('is there in list operators too, by way of the outer context', () => {
    expect(select({ some: [[1], { '>': [{ var: '$flagd.timestamp' }, 10] }] })).toBe('true')
    expect(select({ all: [[1], { '>': [{ var: '$flagd.timestamp' }, 10] }] })).toBe('false')
  })
})

describe('the ruleset', () => {
  it('is the same text for a document that was only rearranged', () => {
    const [a, b] = [flagWith({ var: 'x' }), { state: 'DISABLED' }]
    const reversed = Object.fromEntries(Object.entries(a).toReversed())
    const variants = Object.fromEntries(Object.entries(a['variants'] as object).toReversed())
    const texts = [
      { a, b },
      { b, a: { ...reversed, variants } },
    ].map((flags) => {
      return JSON.stringify(flagd.translate(decoded({ flags })).ruleset)
    })
    expect(texts[0]).toBe(texts[1])
  })

  it('names the dialect and carries the metadata of the set', () => {
    expect(flagd.translate(decoded({ flags: {}, metadata: { flagSetId: 's' } })).ruleset).toEqual({
      ruleset: 1,
      dialects: ['flagd'],
      metadata: { flagSetId: 's' },
      flags: {},
    })
  })

  it('shows clients neither rules nor names of variants in errors', () => {
    const snapshot = snapshotOf({
      flags: { f: flagWith('secret'), g: flagWith({ secret: 1 }), h: { defaultVariant: 'secret' } },
    })
    for (const outcome of snapshot.evaluateAll({}, clock, 'client')) {
      expect(answerOf(outcome).reason).toBe('ERROR')
      expect(outcome.ofrep('client')).not.toContain('secret')
    }
  })
})
