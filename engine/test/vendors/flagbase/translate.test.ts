import { describe, expect, it } from 'vitest'
import { compile, type JsonObject, resolveAs } from '../../../src/index.js'
import { flagbase, type FlagbaseOptions } from '../../../src/vendors/flagbase/index.js'
import { rawFlag, rawRule, rawRuleset, weighted } from './documents.js'
import { clock, decodeOrThrow, production, snapshotOf } from './fixtures.js'

function evaluate(attributes: Parameters<typeof rawFlag>[0], context: JsonObject = {}, options: FlagbaseOptions = {}) {
  return snapshotOf(rawRuleset(rawFlag(attributes)), options).evaluate('flag', context, clock)
}

function findings(attributes: Parameters<typeof rawFlag>[0]) {
  return flagbase.translate(decodeOrThrow(rawRuleset(rawFlag(attributes)))).diagnostics
}

/** Whether the rule serves a context with these attributes. */
function matches(rule: Parameters<typeof rawRule>[0], context: JsonObject): boolean {
  return evaluate({ rules: [rawRule(rule)] }, context).variant === 'treatment'
}

describe('the reason', () => {
  const pro = { plan: 'pro' }
  const half = weighted(['control', 50], ['treatment', 50])
  const listed = weighted(['control', 0], ['treatment', 100])
  /** [what the row is about, flag, context, OpenFeature's reason, Flagbase's reason] */
  const rows: [string, Parameters<typeof rawFlag>[0], JsonObject, string, string][] = [
    ['of several variations of which all get one', {}, {}, 'DEFAULT', 'FALLTHROUGH_WEIGHTED'],
    ['of a split', { fallthroughVariations: half }, {}, 'SPLIT', 'FALLTHROUGH_WEIGHTED'],
    ['of the only variation', { fallthroughVariations: weighted(['control', 0]) }, {}, 'DEFAULT', 'FALLTHROUGH'],
    ['of a flag that is off', { useFallthrough: true, rules: [rawRule()] }, pro, 'DEFAULT', 'FALLTHROUGH_WEIGHTED'],
    ['of a rule with one variation', { rules: [rawRule()] }, pro, 'TARGETING_MATCH', 'TARGETED'],
    [
      'of a rule with several of which all get one',
      { rules: [rawRule({ ruleVariations: listed })] },
      pro,
      'TARGETING_MATCH',
      'TARGETED_WEIGHTED',
    ],
    ['of a split in a rule', { rules: [rawRule({ ruleVariations: half })] }, pro, 'SPLIT', 'TARGETED_WEIGHTED'],
  ]

  it.each(rows)('%s', (_row, attributes, context, reason, flagbaseReason) => {
    const outcome = evaluate(attributes, context)
    expect([outcome.reason, outcome.metadata]).toEqual([reason, { flagbaseReason }])
    expect(outcome.native).toEqual({ variationKey: outcome.variant, reason: flagbaseReason })
  })
})

describe('the order of the document', () => {
  it('decides which of two matching rules counts', () => {
    const first = rawRule({ ruleVariations: weighted(['first', 100]) })
    const second = rawRule({ ruleVariations: weighted(['second', 100]) })
    expect(evaluate({ rules: [first, second] }, { plan: 'pro' }).variant).toBe('first')
    expect(evaluate({ rules: [second, first] }, { plan: 'pro' }).variant).toBe('second')
  })

  it('decides which variation has the lower buckets', () => {
    // The bucket of `new-checkoutuser-1` is 59.
    const flag = (variations: unknown) => rawFlag({ flagKey: 'new-checkout', fallthroughVariations: variations })
    const variantOf = (variations: unknown) =>
      snapshotOf(rawRuleset(flag(variations))).evaluate('new-checkout', { targetingKey: 'user-1' }, clock).variant
    expect(variantOf(weighted(['treatment', 25], ['control', 75]))).toBe('control')
    expect(variantOf(weighted(['control', 75], ['treatment', 25]))).toBe('control')
    expect(variantOf(weighted(['treatment', 60], ['control', 40]))).toBe('treatment')
    expect(variantOf(weighted(['control', 40], ['treatment', 60]))).toBe('treatment')
    expect(variantOf(weighted(['treatment', 41], ['control', 59]))).toBe('control')
    expect(variantOf(weighted(['control', 59], ['treatment', 41]))).toBe('treatment')
  })
})

describe('a rule', () => {
  it('never matches without its trait, negated or not', () => {
    expect(matches({}, {})).toBe(false)
    expect(matches({ negate: true }, {})).toBe(false)
  })

  it.each([
    ['null', null],
    ['a number', 18],
    ['a list', ['pro']],
    ['other text', 'free'],
  ])('matches %s when negated, and only then', (_row, plan) => {
    expect(matches({}, { plan })).toBe(false)
    expect(matches({ negate: true }, { plan })).toBe(true)
  })

  it.each([
    ['ten', 'greater_than'],
    ['1e400', 'greater_than_or_equal'],
    ['NaN', 'greater_than'],
    ['', 'greater_than'],
  ])('with the number "%s" is false, true when negated, and reported', (traitValue, operator) => {
    const rule = { traitKey: 'age', traitValue, operator }
    expect(matches(rule, { age: 1e308 })).toBe(false)
    expect(matches({ ...rule, negate: true }, { age: 1e308 })).toBe(true)
    expect(findings({ rules: [rawRule(rule)] })).toMatchObject([
      { severity: 'warning', code: 'INVALID_VALUE', path: ['data', 'flag', 'rules', '0', 'traitValue'] },
    ])
  })

  it.each([
    ['inf', 1.7976931348623157e308, false],
    ['+Infinity', 0, false],
    ['-INF', -1.7976931348623157e308, true],
    ['-infinity', 'text', false],
    ['0x1p4', 17, true],
    ['1_0', 10, false],
    ['1_0', 11, true],
  ])('reads the number "%s" as Go does: %s is greater: %s', (traitValue, age, isGreater) => {
    const rule = { traitKey: 'age', traitValue, operator: 'greater_than' }
    expect(matches(rule, { age })).toBe(isGreater)
    expect(findings({ rules: [rawRule(rule)] })).toEqual([])
  })

  it('with an operator that Flagbase does not have never matches, not even negated, and is reported', () => {
    const rule = { operator: 'less_than', negate: true }
    expect(matches(rule, { plan: 'free' })).toBe(false)
    expect(findings({ rules: [rawRule(rule)] })).toMatchObject([
      { severity: 'error', code: 'UNKNOWN_OPERATOR', path: ['data', 'flag', 'rules', '0', 'operator'] },
    ])
  })

  it('with a pattern that RE2 does not have is false, true when negated, and reported when compiled', () => {
    const rule = rawRule({ operator: 'regex', traitValue: '(?=pro)' })
    expect(matches(rule, { plan: 'pro' })).toBe(false)
    expect(matches({ ...rule, negate: true }, { plan: 'pro' })).toBe(true)
    const { ruleset } = flagbase.translate(decodeOrThrow(rawRuleset(rawFlag({ rules: [rule] }))))
    expect(compile(ruleset).diagnostics).toMatchObject([{ code: 'UNSUPPORTED_PATTERN' }])
  })

  it.each(['segment', 'identity'])('on a %s never matches, and a finding says so', (ruleType) => {
    const rule = { ruleType, traitKey: '', traitValue: '' }
    for (const negate of [false, true]) {
      expect(matches({ ...rule, negate }, { targetingKey: 'user-1', plan: 'pro' })).toBe(false)
    }
    const [finding, ...others] = findings({ rules: [rawRule(rule)] })
    expect(others).toEqual([])
    expect(finding).toMatchObject({
      severity: 'warning',
      code: 'UNSUPPORTED_FEATURE',
      path: ['data', 'flag', 'rules', '0', 'ruleType'],
    })
    expect(finding?.message).toContain(`never its ${ruleType}: this rule never matches`)
  })

  it('on a segment that names a trait all the same is evaluated by the trait, as the server does', () => {
    const rule = { ruleType: 'segment' }
    expect(matches(rule, { plan: 'pro' })).toBe(true)
    expect(findings({ rules: [rawRule(rule)] })[0]?.message).toContain('this rule compares the trait "plan"')
  })

  it('never takes the targeting key for a trait', () => {
    const rule = { traitKey: 'targetingKey', traitValue: 'user-1' }
    expect(matches(rule, { targetingKey: 'user-1' })).toBe(false)
    expect(findings({ rules: [rawRule(rule)] })).toMatchObject([{ code: 'UNSUPPORTED_FEATURE' }])
  })

  it('without variations fails for those whom it matches, and only for them', () => {
    const attributes = { rules: [rawRule({ ruleVariations: null })] }
    expect(evaluate(attributes, { plan: 'pro' }).errorCode).toBe('PARSE_ERROR')
    expect(evaluate(attributes).variant).toBe('control')
    expect(findings(attributes)).toMatchObject([
      { code: 'INVALID_FLAG', path: ['data', 'flag', 'rules', '0', 'ruleVariations'] },
    ])
  })
})

describe('a flag', () => {
  it('that is off serves its fallthrough whatever its rules say', () => {
    expect(evaluate({ useFallthrough: true, rules: [rawRule()] }, { plan: 'pro' }).variant).toBe('control')
  })

  it.each([
    ['null', null],
    ['empty', []],
  ])('whose fallthrough is %s fails for those who fall through, and spoils only itself', (_row, variations) => {
    const flag = rawFlag({ fallthroughVariations: variations, rules: [rawRule()] })
    const snapshot = snapshotOf(rawRuleset(flag, rawFlag({ flagKey: 'sound' })))
    expect(snapshot.evaluate('flag', {}, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('flag', { plan: 'pro' }, clock).variant).toBe('treatment')
    expect(snapshot.evaluate('sound', {}, clock).variant).toBe('control')
  })

  it('puts a user without a targeting key where it puts the empty one', () => {
    const attributes = {
      fallthroughVariations: weighted(...Array.from({ length: 10 }, (_, at) => [`v${at}`, 10] as const)),
    }
    expect(evaluate(attributes).variant).toBe(evaluate(attributes, { targetingKey: '' }).variant)
    expect(evaluate(attributes, { targetingKey: 7 }).variant).toBe(evaluate(attributes).variant)
  })

  it('reads only the attributes that its rules name', () => {
    const rules = [rawRule({ ruleVariations: weighted(['a', 50], ['b', 50]) })]
    const reads = snapshotOf(rawRuleset(rawFlag({ rules }))).reads('flag')
    expect(reads).toMatchObject({ attributes: ['plan'], key: true, whole: false, clock: false, random: false })
    expect(snapshotOf(rawRuleset(rawFlag())).reads('flag')).toMatchObject({ attributes: [], key: false })
  })

  it('keeps names of rules from clients', () => {
    const rules = [rawRule({ id: 'secret-rule' })]
    expect(evaluate({ rules }, { plan: 'pro' }).ofrep('client')).not.toContain('secret-rule')
  })
})

describe('a typed question', () => {
  /** [variation, type asked for, what `typedVariations` answers; undefined: TYPE_MISMATCH] */
  const rows: [string, 'boolean' | 'number' | 'object', unknown][] = [
    ['treatment', 'boolean', true],
    ['on', 'boolean', true],
    ['true', 'boolean', true],
    ['control', 'boolean', false],
    ['off', 'boolean', false],
    ['false', 'boolean', false],
    ['variant-b', 'boolean', undefined],
    ['Treatment', 'boolean', undefined],
    ['1000', 'number', 1_000],
    ['v2', 'number', undefined],
    ['9'.repeat(400), 'number', undefined],
    ['treatment', 'object', undefined],
  ]

  it.each(rows)('"%s" as %s is %s, with the option only', (variation, type, expected) => {
    const attributes = { fallthroughVariations: weighted([variation, 100]) }
    const typed = resolveAs(evaluate(attributes, {}, { typedVariations: true }), type)
    expect(typed).toMatchObject(expected === undefined ? { errorCode: 'TYPE_MISMATCH' } : { value: expected })
    expect(resolveAs(evaluate(attributes), type)).toMatchObject({ errorCode: 'TYPE_MISMATCH' })
  })

  it('for text is the variation, with and without the option', () => {
    expect(resolveAs(evaluate({}), 'string')).toMatchObject({ value: 'control' })
    expect(resolveAs(evaluate({}, {}, { typedVariations: true }), 'string')).toMatchObject({ value: 'control' })
  })
})

describe('a translated environment', () => {
  it('is plain JSON, and equal input gives equal text', () => {
    const { ruleset } = flagbase.translate(decodeOrThrow(production))
    const text = JSON.stringify(ruleset)
    expect(JSON.parse(text)).toEqual(ruleset)
    expect(JSON.stringify(flagbase.translate(decodeOrThrow(production)).ruleset)).toBe(text)
  })

  it('has the intervals of the weights, and the rest for the last variation', () => {
    const { ruleset } = flagbase.translate(decodeOrThrow(production))
    expect(ruleset.flags['short-weights']?.decide).toEqual({
      split: ['flagbase.bucket', 'short-weights', ['key']],
      arms: [
        [0, 30, 0],
        [30, 50, 1],
        [50, 100, 2],
      ],
    })
  })

  it('has no interval beyond the last bucket where the weights are more than 100', () => {
    const flag = rawFlag({ fallthroughVariations: weighted(['a', 60], ['b', 60], ['c', 60]) })
    const { ruleset } = flagbase.translate(decodeOrThrow(rawRuleset(flag)))
    expect(ruleset.flags['flag']?.decide).toMatchObject({
      arms: [
        [0, 60, 0],
        [60, 100, 1],
      ],
    })
  })

  it('has findings for what the recorded environment cannot do', () => {
    const { ruleset, diagnostics } = flagbase.translate(decodeOrThrow(production))
    expect(diagnostics.map(({ code, path }) => [code, path.slice(1).join('.')])).toEqual([
      ['UNSUPPORTED_FEATURE', 'segment-flag.rules.0.ruleType'],
      ['UNSUPPORTED_FEATURE', 'segment-flag.rules.1.ruleType'],
      ['INVALID_VALUE', 'age-gate.rules.1.traitValue'],
      ['INVALID_VALUE', 'age-gate.rules.2.traitValue'],
    ])
    expect(compile(ruleset).diagnostics.map(({ code }) => code)).toEqual(['UNSUPPORTED_PATTERN'])
  })
})
