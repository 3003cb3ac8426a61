import { describe, expect, it } from 'vitest'
import { compile, type Expr, type Flag, type Json, type Outcome, type Ruleset } from '../../src/index.js'
import { clock, conditional, evaluate, outcomes, rulesetOf } from './evaluate.js'

describe('malformed parts', () => {
  const computed = (value: string): Flag => ({
    outcomes: [{ reason: 'TARGETING_MATCH', compute: { from: ['key'], value } }],
    decide: { rules: [{ when: true, then: 0 }] },
  })
  const deep = (levels: number): Json => (levels === 0 ? true : ['not', deep(levels - 1)])

  it.each<[string, unknown, string]>([
    ['a flag that is not an object', 5, 'INVALID_FLAG'],
    ['a flag without outcomes', { decide: 0 }, 'LIMIT'],
    ['an outcome without a reason', { outcomes: [{}], decide: 0 }, 'BAD_OUTCOME'],
    [
      'an outcome with text for metadata',
      { outcomes: [{ reason: 'STATIC', metadata: 'x' }], decide: 0 },
      'BAD_OUTCOME',
    ],
    [
      'an outcome with a number for a variant',
      { outcomes: [{ reason: 'STATIC', variant: 1 }], decide: 0 },
      'BAD_OUTCOME',
    ],
    ['an outcome without typed views', { outcomes: [{ reason: 'STATIC', as: null }], decide: 0 }, 'BAD_OUTCOME'],
    [
      'an outcome with an object for a type',
      { outcomes: [{ reason: 'STATIC', codeDefault: [{}] }], decide: 0 },
      'BAD_OUTCOME',
    ],
    ['an outcome that is not there', { outcomes: [], decide: 0 }, 'BAD_OUTCOME'],
    ['a failed outcome that is not there', { outcomes: [], decide: null, failed: 3 }, 'BAD_OUTCOME'],
    ['a name for the failed outcome', { outcomes: [], decide: null, failed: 'length' }, 'BAD_OUTCOME'],
    ['a condition that is missing', conditional(undefined as never), 'BAD_ARGUMENTS'],
    ['a view that is no operator of one value', computed('attr'), 'BAD_ARGUMENTS'],
    ['a view with too many values', computed('eq'), 'BAD_ARGUMENTS'],
    ['an unknown operator', conditional(['nosuch', 1]), 'UNKNOWN_OPERATOR'],
    ['an operator of an unknown dialect', conditional(['nosuch.op', 1]), 'UNKNOWN_OPERATOR'],
    ['an operator that is not a name', conditional([5] as never), 'UNKNOWN_OPERATOR'],
    ['too few arguments', conditional(['eq', 1]), 'BAD_ARGUMENTS'],
    ['too many arguments', conditional(['eq', 1, 2, 3]), 'BAD_ARGUMENTS'],
    ['an object that is no constant', conditional({} as never), 'BAD_ARGUMENTS'],
    ['a decision of an unknown shape', { outcomes: [], decide: { lottery: 1 } }, 'UNKNOWN_OPERATOR'],
    ['an empty decision', { outcomes: [], decide: {} }, 'UNKNOWN_OPERATOR'],
    ['rules that are no list', { outcomes: [], decide: { rules: 1 } }, 'BAD_ARGUMENTS'],
    ['a rule that is no object', { outcomes: [], decide: { rules: [null] } }, 'BAD_ARGUMENTS'],
    ['arms that are no list', { outcomes: [], decide: { split: 1, arms: {} } }, 'BAD_ARGUMENTS'],
    ['an arm that is no list', { outcomes: [], decide: { split: 1, arms: [null] } }, 'BAD_ARGUMENTS'],
    ['cases that are no list', { outcomes: [], decide: { switch: 1, cases: 1 } }, 'BAD_ARGUMENTS'],
    ['a case that is no list', { outcomes: [], decide: { switch: 1, cases: [1] } }, 'BAD_ARGUMENTS'],
    ['rules nested too deep', conditional(deep(200) as never), 'LIMIT'],
    ['too many nodes', conditional(['or', ...new Array<boolean>(50_001).fill(false)]), 'LIMIT'],
    ['an argument that may not be dynamic', conditional(['attr', ['key']]), 'BAD_ARGUMENTS'],
  ])('%s spoils its flag only', (_row, flag, code) => {
    const { snapshot, diagnostics } = compile(rulesetOf({ bad: flag as Flag, good: conditional(true) }))
    expect(snapshot.evaluate('bad', {}, clock)).toMatchObject({ reason: 'ERROR', value: undefined })
    expect(snapshot.evaluate('good', {}, clock).variant).toBe('a')
    expect(diagnostics).toMatchObject([{ severity: 'error', code, path: ['flags', 'bad'] }])
  })

  it('in a segment spoil the flags that use it, through other segments too', () => {
    const segments = { bad: { when: ['nosuch'] as const }, via: { when: ['segment', 'bad'] as const } }
    const flags = { x: conditional(['segment', 'via']), y: conditional(true) }
    const { snapshot } = compile(rulesetOf(flags, { segments }))
    expect(snapshot.evaluate('x', {}, clock).errorDetails).toBe('depends on the malformed segment "via"')
    expect(snapshot.evaluate('y', {}, clock).variant).toBe('a')
  })

  it('of an unsupported pattern never match and are reported', () => {
    const { snapshot, diagnostics } = compile(rulesetOf({ f: conditional(['matches', 'x', '(?=x)', 're2']) }))
    expect(snapshot.evaluate('f', {}, clock).variant).toBe('b')
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'UNSUPPORTED_PATTERN', path: ['flags', 'f'] }])
  })

  it('of an unknown regex flavour spoil what reaches it', () => {
    const flags = { f: conditional(['matches', 'x', 'x', 'perl']), g: conditional(true) }
    const { snapshot, diagnostics } = compile(rulesetOf(flags))
    expect(snapshot.evaluate('f', {}, clock)).toMatchObject({ reason: 'ERROR', errorCode: 'GENERAL' })
    expect(snapshot.evaluate('g', {}, clock).variant).toBe('a')
    expect(diagnostics).toMatchObject([{ code: 'UNKNOWN_OPERATOR', message: expect.stringContaining('"perl"') }])
  })

  it('make a chain of flags that is too long an error, not a stack overflow', () => {
    const chain = (length: number): [string, Flag][] =>
      Array.from({ length }, (_, i) => [`f${i}`, conditional(i === 0 ? true : ['eq', ['flag', `f${i - 1}`], 'a'])])
    const { snapshot } = compile(rulesetOf(Object.fromEntries(chain(200))))
    expect(snapshot.evaluate('f10', {}, clock).variant).toBe('a')
    expect(snapshot.evaluate('f199', {}, clock).errorDetails).toBe('depends on too long a chain')
  })

  it('make the same chain an error whichever end the ruleset begins with', () => {
    const chain = (length: number): [string, Flag][] =>
      Array.from({ length }, (_, i) => [`f${i}`, conditional(i === 0 ? true : ['eq', ['flag', `f${i - 1}`], 'a'])])
    const answersOf = (flags: [string, Flag][]) => {
      const { snapshot } = compile(rulesetOf(Object.fromEntries(flags)))
      return snapshot.evaluateAll({}, clock, 'server').map(({ flagKey, errorDetails }) => `${flagKey} ${errorDetails}`)
    }
    expect(answersOf(chain(200).toReversed())).toEqual(answersOf(chain(200)))
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['without flags', { ruleset: 1, dialects: [] }],
    ['with a list of flags', { ruleset: 1, dialects: [], flags: [conditional(true)] }],
  ])('leave a ruleset that is %s without flags', (_, ruleset) => {
    const { snapshot, diagnostics } = compile(ruleset as Ruleset)
    expect(snapshot.flagKeys).toEqual([])
    expect(snapshot.evaluate('f', {}, clock).errorCode).toBe('FLAG_NOT_FOUND')
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'INVALID_DOCUMENT' }])
  })

  it.each(['segments', 'lists', 'targets', 'metadata', 'info'])('leave %s out that are no object', (name) => {
    const { snapshot, diagnostics } = compile(rulesetOf({ f: conditional(true) }, { [name]: 'text' }))
    expect(snapshot.evaluate('f', { targetingKey: 'u' }, clock).variant).toBe('a')
    expect(diagnostics).toMatchObject([{ severity: 'error', code: 'INVALID_DOCUMENT', path: [name] }])
  })

  it('among individual assignments assign nothing', () => {
    const assigned = { outcomes: outcomes('a'), decide: { targets: 0 } }
    const targets = { u: { f: { reason: 'STATIC', metadata: 5 } } } as never
    expect(evaluate(assigned, { targetingKey: 'u' }, { targets }).variant).toBe('a')
  })
})

describe('what this engine does not know', () => {
  const segments = {
    later: { when: ['later.op'] as const },
    via: { when: ['segment', 'later'] as const },
    looking: { when: ['matches', 'x', '(?=x)', 're2'] as const },
  }
  const flags = {
    plain: conditional(true),
    malformed: conditional(['eq', 1]),
    own: conditional(['later.op']),
    shape: { outcomes: [], decide: { lottery: 1 } } as unknown as Flag,
    bySegment: conditional(['segment', 'via']),
    byFlag: conditional(['eq', ['flag', 'own'], 'a']),
    flavour: conditional(['matches', 'x', 'x', 'perl']),
    pattern: conditional(['matches', 'x', '(?=x)', 're2']),
    patternBySegment: conditional(['segment', 'looking']),
  }

  it.each([
    ['plain', true],
    ['malformed', true],
    ['own', false],
    ['shape', false],
    ['bySegment', false],
    ['byFlag', false],
    ['flavour', false],
    ['pattern', false],
    ['patternBySegment', false],
  ])('makes the flag %s supported: %s', (key, expected) => {
    expect(compile(rulesetOf(flags, { segments })).snapshot.isSupported(key)).toBe(expected)
  })
})

describe('an answer', () => {
  const on: Outcome = {
    value: true,
    variant: 'on',
    reason: 'STATIC',
    metadata: { a: 2 },
    serverMetadata: { rule: 'r1' },
  }
  const flag: Flag = { outcomes: [on], decide: 0, metadata: { a: 1, b: 1 } }

  it('merges metadata of set, flag and outcome, and keeps rule names from clients', () => {
    const outcome = evaluate(flag, {}, { metadata: { b: 0, c: 0 } })
    expect(outcome.metadata).toEqual({ a: 2, b: 1, c: 0 })
    expect(outcome.serverMetadata).toEqual({ a: 2, b: 1, c: 0, rule: 'r1' })
    expect(outcome.ofrep('client')).toBe(
      '{"key":"f","value":true,"reason":"STATIC","variant":"on","metadata":{"b":1,"c":0,"a":2}}',
    )
    expect(JSON.parse(outcome.ofrep('server'))).toMatchObject({ metadata: { rule: 'r1' } })
  })

  it.each([
    ['PARSE_ERROR', 'the flag cannot be evaluated'],
    ['GENERAL', 'the flag cannot be evaluated'],
    ['TARGETING_KEY_MISSING', 'a targeting key is needed'],
    ['FLAG_NOT_FOUND', 'flag "f" not found'],
  ] as const)('tells a client of %s by its code, and a server what is wrong', (errorCode, told) => {
    const outcome = evaluate({
      outcomes: [{ reason: 'ERROR', errorCode, errorDetails: 'segment "vip" is missing' }],
      decide: 0,
    })
    const shown = (audience: 'client' | 'server'): unknown => JSON.parse(outcome.ofrep(audience))
    expect(shown('server')).toEqual({ key: 'f', errorCode, errorDetails: 'segment "vip" is missing' })
    expect(shown('client')).toEqual({ key: 'f', errorCode, errorDetails: told })
  })

  it('is serialised once per audience', () => {
    const outcome = evaluate(flag)
    expect(outcome.ofrep('client')).toBe(outcome.ofrep('client'))
    expect(evaluate({ outcomes: [{ reason: 'DISABLED' }], decide: 0 }).ofrep('server')).toBe(
      '{"key":"f","reason":"DISABLED"}',
    )
  })

  it('carries its typed views as metadata', () => {
    const viewed = evaluate({
      outcomes: [
        { value: '{"a":1}', reason: 'STATIC', as: { boolean: true, object: { a: 1 } }, codeDefault: ['number'] },
      ],
      decide: 0,
    })
    expect(JSON.parse(viewed.ofrep('client')).metadata).toEqual({
      'as.boolean': true,
      'as.object': true,
      'as.codeDefault': 'number',
    })
  })

  it('says where its value counts as an object', () => {
    const counted = evaluate({ outcomes: [{ value: 10, reason: 'STATIC', as: { object: 10 } }], decide: 0 })
    expect(JSON.parse(counted.ofrep('client')).metadata).toEqual({ 'as.object': 'value' })
  })

  it('is ASCII on the wire, whatever it holds', () => {
    const text = evaluate({ outcomes: [{ value: 'Zürich 日本 😀 \ud800', reason: 'STATIC' }], decide: 0 }).ofrep(
      'server',
    )
    expect(text).toMatch(/^[\x20-\x7e]*$/)
    expect(JSON.parse(text)).toMatchObject({ value: 'Zürich 日本 😀 \ud800' })
  })

  it('with an error carries code and details instead of a value', () => {
    const outcome = evaluate({
      outcomes: [{ reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'x' }],
      decide: 0,
    })
    expect(outcome.ofrep('server')).toBe('{"key":"f","errorCode":"PARSE_ERROR","errorDetails":"x"}')
  })

  it('for an unknown key is FLAG_NOT_FOUND, whatever its name', () => {
    const { snapshot } = compile(rulesetOf({}))
    for (const key of ['gone', '__proto__', 'constructor', '']) {
      expect(snapshot.evaluate(key, {}, clock)).toMatchObject({ flagKey: key, errorCode: 'FLAG_NOT_FOUND' })
    }
  })

  it('is the same object for every evaluation that gives it', () => {
    const { snapshot } = compile(rulesetOf({ f: conditional(['eq', ['attr', 'x'], 1]) }))
    expect(snapshot.evaluate('f', { x: 1 }, clock)).toBe(snapshot.evaluate('f', { x: 1 }, clock))
  })
})

describe('computed outcomes', () => {
  it('are views of one result', () => {
    const compute = {
      from: ['concat', 'x-', ['attr', 'n']] as const,
      value: 'lower',
      variant: 'lower',
      boolean: 'isNull',
    }
    const flag: Flag = { outcomes: [{ reason: 'TARGETING_MATCH', compute }], decide: 0 }
    expect(evaluate(flag, { n: 'Y' })).toMatchObject({
      value: 'x-y',
      variant: 'x-y',
      as: { boolean: false },
      reason: 'TARGETING_MATCH',
    })
    expect(evaluate(flag, { n: 1 })).toMatchObject({ value: undefined, reason: 'DEFAULT' })
  })
})

describe('what a snapshot reads', () => {
  const segments = { gold: { when: ['eq', ['attr', 'plan'], 'gold'] as const } }
  const flags = {
    fixed: { outcomes: outcomes('a'), decide: 0 },
    rule: conditional(['and', ['segment', 'gold'], ['eq', ['path', 'geo', 'country'], 'CH']]),
    keyed: { outcomes: outcomes('a'), decide: { targets: 0 } },
    timed: { ...conditional(['gt', ['now'], 1_000]), changes: [1_000, 1_001, [5_000, 6_000]] as const },
    free: conditional(['gt', ['now'], 1_000]),
    chance: conditional(['gt', ['random'], 0.5]),
    via: conditional(['eq', ['flag', 'timed'], 'a']),
  }
  const { snapshot } = compile(rulesetOf(flags, { segments }))
  const nothing = { attributes: [], key: false, whole: false, clock: false, random: false }

  it.each([
    ['fixed', nothing],
    ['rule', { ...nothing, attributes: ['geo', 'plan'] }],
    ['keyed', { ...nothing, key: true }],
    ['timed', { ...nothing, clock: true }],
    ['chance', { ...nothing, random: true }],
    ['via', { ...nothing, clock: true }],
  ])('is derived for %s', (key, reads) => {
    expect(snapshot.reads(key)).toEqual(reads)
  })

  it('is the union for all flags', () => {
    expect(snapshot.reads()).toEqual({
      attributes: ['geo', 'plan'],
      key: true,
      whole: false,
      clock: true,
      random: true,
    })
  })

  it.each([
    ['fixed', 0, Infinity],
    ['timed', 0, 1_000],
    ['timed', 1_000, 1_001],
    ['timed', 4_999, 5_000],
    ['timed', 5_500, 5_500],
    ['timed', 6_000, Infinity],
    ['via', 0, 1_000],
    ['free', 7, 7],
  ])('bounds how long the answer of %s at %d stays true', (key, nowMs, until) => {
    expect(snapshot.validUntil(nowMs, key)).toBe(until)
  })

  it.each<[string, unknown]>([
    ['a number', 5],
    ['null', null],
    ['a list of texts', ['1000']],
    ['a window without end', [[1_000]]],
  ])('is never taken for true from a timetable that is %s', (_, changes) => {
    const timed = { ...conditional(['gt', ['now'], 1_000]), changes } as Flag
    expect(compile(rulesetOf({ timed })).snapshot.validUntil(7)).toBe(7)
  })

  it('may change at any number of instants', () => {
    const changes = Array.from({ length: 300_000 }, (_, instant) => instant)
    const timed: Flag = { ...conditional(['gt', ['now'], 1_000]), changes }
    expect(compile(rulesetOf({ timed })).snapshot.validUntil(7)).toBe(8)
  })
})

describe('a next revision', () => {
  const flag = (hash: string, decide: number): Flag => ({ hash, outcomes: outcomes('a', 'b'), decide })

  it('takes over flags whose hash is the same', () => {
    const before = compile(rulesetOf({ same: flag('1', 0), other: flag('2', 0) })).snapshot
    const after = compile(rulesetOf({ same: flag('1', 0), other: flag('3', 1) }), { previous: before }).snapshot
    expect(after.evaluate('same', {}, clock)).toBe(before.evaluate('same', {}, clock))
    expect(after.evaluate('other', {}, clock).variant).toBe('b')
    expect(before.evaluate('other', {}, clock).variant).toBe('a')
  })

  it('does not take over flags when the set metadata changed', () => {
    const before = compile(rulesetOf({ f: flag('1', 0) }, { metadata: { version: '1' } })).snapshot
    const after = compile(rulesetOf({ f: flag('1', 0) }, { metadata: { version: '2' } }), { previous: before }).snapshot
    expect(after.evaluate('f', {}, clock).metadata).toEqual({ version: '2' })
  })

  it('lets unchanged flags reach changed segments and lists', () => {
    const using: Flag = { ...conditional(['or', ['segment', 's'], ['in', ['key'], ['list', 'l']]]), hash: '1' }
    const at = (when: boolean, items: string[], previous?: ReturnType<typeof compile>['snapshot']) =>
      compile(rulesetOf({ f: using }, { segments: { s: { when } }, lists: { l: { items } } }), { previous }).snapshot
    const first = at(false, [])
    const second = at(true, [], first)
    const third = at(false, ['u'], second)
    const variants = [first, second, third].map((one) => one.evaluate('f', { targetingKey: 'u' }, clock).variant)
    expect(variants).toEqual(['b', 'a', 'a'])
  })

  it('recovers a flag that a malformed segment had spoiled', () => {
    const using: Flag = { ...conditional(['segment', 's']), hash: '1' }
    const before = compile(rulesetOf({ f: using }, { segments: { s: { when: ['nosuch'] } } })).snapshot
    const after = compile(rulesetOf({ f: using }, { segments: { s: { when: true } } }), { previous: before }).snapshot
    expect(before.evaluate('f', {}, clock).reason).toBe('ERROR')
    expect(after.evaluate('f', {}, clock).variant).toBe('a')
    expect(after.changedFrom(before)).toEqual(['f'])
    expect(before.changedFrom(after)).toEqual(['f'])
  })

  it('names the flags that a new cycle has spoiled', () => {
    const reader: Flag = { ...conditional(['eq', ['flag', 'g'], 'a']), hash: '1' }
    const before = compile(rulesetOf({ f: reader, g: { ...conditional(true), hash: '2' } })).snapshot
    const g: Flag = { ...conditional(['eq', ['flag', 'f'], 'a']), hash: '3' }
    const after = compile(rulesetOf({ f: reader, g }), { previous: before }).snapshot
    expect(after.evaluate('f', {}, clock).errorCode).toBe('PARSE_ERROR')
    expect(after.changedFrom(before)).toEqual(['f', 'g'])
  })

  it('may turn a flag into something that is none', () => {
    const before = compile(rulesetOf({ f: { ...conditional(true), hash: '1' } })).snapshot
    const after = compile(rulesetOf({ f: null as never }), { previous: before }).snapshot
    expect(after.evaluate('f', {}, clock).errorCode).toBe('PARSE_ERROR')
  })

  it('tells again what is wrong with a flag that it takes over', () => {
    const odd: Flag = { ...conditional(['matches', 'x', '(?=x)', 're2']), hash: '1' }
    const first = compile(rulesetOf({ odd }))
    const second = compile(rulesetOf({ odd, other: flag('2', 0) }), { previous: first.snapshot })
    expect(second.diagnostics).toEqual(first.diagnostics)
    expect(first.diagnostics).toHaveLength(1)
  })

  it('tells again what is wrong with a segment that it takes over', () => {
    const segments = { odd: { hash: '1', when: ['matches', 'x', '(?=x)', 're2'] as Expr } }
    const first = compile(rulesetOf({}, { segments }))
    const second = compile(rulesetOf({ other: flag('2', 0) }, { segments }), { previous: first.snapshot })
    expect(second.diagnostics).toEqual(first.diagnostics)
    expect(first.diagnostics).toMatchObject([{ code: 'UNSUPPORTED_PATTERN', path: ['segments', 'odd'] }])
  })

  it('compiles segments anew whose hash is another, or that stood on a cycle', () => {
    const using: Flag = { ...conditional(['or', ['segment', 's'], ['segment', 't']]), hash: '1' }
    const at = (s: Expr, t: Expr, hashOfT: string, previous?: ReturnType<typeof compile>['snapshot']) =>
      compile(rulesetOf({ f: using }, { segments: { s: { hash: '1', when: s }, t: { hash: hashOfT, when: t } } }), {
        previous,
      }).snapshot
    const cyclic = at(['segment', 't'], ['segment', 's'], '1')
    const whole = at(['segment', 't'], true, '2', cyclic)
    const never = at(['segment', 't'], false, '3', whole)
    expect([cyclic, whole, never].map((one) => one.evaluate('f', {}, clock).variant)).toEqual([undefined, 'a', 'b'])
  })

  it('names the flags whose answers may differ', () => {
    const flags = {
      same: flag('1', 0),
      edited: flag('2', 0),
      bySegment: { ...conditional(['segment', 's']), hash: '5' },
      byFlag: { ...conditional(['eq', ['flag', 'edited'], 'b']), hash: '6' },
      byTarget: { ...flag('7', 0), decide: { targets: 0 } },
      gone: flag('8', 0),
    }
    const before = compile(
      rulesetOf(flags, { segments: { s: { hash: '1', when: true } }, targets: { u: { byTarget: 0 } } }),
    ).snapshot
    const { gone: _gone, ...kept } = flags
    const changed = { ...kept, edited: flag('3', 1), added: flag('9', 0) }
    const after = compile(
      rulesetOf(changed, { segments: { s: { hash: '2', when: false } }, targets: { u: { byTarget: 1 } } }),
    ).snapshot
    expect(after.changedFrom(before)).toEqual(['added', 'byFlag', 'bySegment', 'byTarget', 'edited', 'gone'])
    expect(after.changedFrom(after)).toEqual([])
  })

  it('numbers the listed outcomes of all flags', () => {
    const { snapshot } = compile(rulesetOf({ x: flag('1', 1), y: flag('2', 0) }))
    expect(snapshot.outcomeCount).toBe(4)
    for (const key of snapshot.flagKeys) {
      const outcome = snapshot.evaluate(key, {}, clock)
      expect(snapshot.outcomeAt(snapshot.ordinalOf(outcome))).toBe(outcome)
    }
    expect(snapshot.ordinalOf(snapshot.evaluate('gone', {}, clock))).toBe(-1)
  })
})
