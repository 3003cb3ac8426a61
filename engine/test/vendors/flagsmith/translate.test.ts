import { describe, expect, it } from 'vitest'
import { compile, type JsonObject, resolveAs } from '../../../src/index.js'
import { flagsmith } from '../../../src/vendors/flagsmith/index.js'
import { allOf, conditionOf, documentOf, optionOf, overrideOf, segmentOf, stateOf } from './documents.js'
import { clock, rulesetOf, snapshotOf } from './evaluate.js'

const gold = allOf(conditionOf('plan', 'EQUAL', 'gold'))
const goldUser = { targetingKey: 'u', plan: 'gold' }

describe('a feature becomes a flag', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['without a value: its state', {}, { value: true, variant: 'on', reason: 'STATIC' }],
    ['off, without a value', { enabled: false }, { value: false, variant: 'off', reason: 'DISABLED' }],
    ['with text', { feature_state_value: 'x' }, { value: 'x', variant: 'on', reason: 'STATIC' }],
    ['with empty text', { feature_state_value: '' }, { value: '', variant: 'on', reason: 'STATIC' }],
    ['with a number', { feature_state_value: 0 }, { value: 0, variant: 'on', reason: 'STATIC' }],
    ['with a boolean', { feature_state_value: false }, { value: false, variant: 'on', reason: 'STATIC' }],
    [
      'off, with a value: the code default',
      { enabled: false, feature_state_value: 'x' },
      { value: undefined as never, variant: 'off', reason: 'DISABLED' },
    ],
  ])('%s', (_, state, expected) => {
    const outcome = snapshotOf(documentOf({ features: [stateOf('f', state)] })).evaluate('f', {}, clock)
    expect(outcome).toMatchObject(expected)
    expect(outcome.metadata).toEqual({ featureId: 7, enabled: state['enabled'] ?? true })
  })

  it('off, with a value, answers the value when told to', () => {
    const document = documentOf({ features: [stateOf('f', { enabled: false, feature_state_value: '5' })] })
    const outcome = snapshotOf(document, { serveDisabledValues: true }).evaluate('f', {}, clock)
    expect(outcome).toMatchObject({ value: '5', reason: 'DISABLED', variant: 'off', as: { boolean: false, number: 5 } })
  })
})

describe('a typed question', () => {
  const types = ['boolean', 'string', 'number', 'object'] as const
  const asked = (state: JsonObject): unknown[] => {
    const outcome = snapshotOf(documentOf({ features: [stateOf('f', state)] })).evaluate('f', {}, clock)
    return types.map((type) => {
      const resolution = resolveAs(outcome, type)
      if (resolution.kind === 'value') return resolution.value
      return resolution.kind === 'error' ? resolution.errorCode : resolution.kind
    })
  }
  const mismatch = 'TYPE_MISMATCH'

  it.each<[string, JsonObject, unknown[]]>([
    ['no value', {}, [true, mismatch, mismatch, mismatch]],
    ['no value, off', { enabled: false }, [false, 'codeDefault', 'codeDefault', 'codeDefault']],
    ['text', { feature_state_value: 'hello' }, [true, 'hello', mismatch, mismatch]],
    ['empty text', { feature_state_value: '' }, [true, '', mismatch, mismatch]],
    ['an integer', { feature_state_value: 42 }, [true, mismatch, 42, mismatch]],
    ['false', { feature_state_value: false }, [true, mismatch, mismatch, mismatch]],
    ['a fraction as text', { feature_state_value: '3.5' }, [true, '3.5', 3.5, mismatch]],
    ['an exponent as text', { feature_state_value: '-1e3' }, [true, '-1e3', -1000, mismatch]],
    ['a number and more', { feature_state_value: '42abc' }, [true, '42abc', mismatch, mismatch]],
    ['a number in blanks', { feature_state_value: ' 5' }, [true, ' 5', mismatch, mismatch]],
    ['a number with a leading zero', { feature_state_value: '007' }, [true, '007', mismatch, mismatch]],
    ['a number beyond all numbers', { feature_state_value: '1e999' }, [true, '1e999', mismatch, mismatch]],
    ['an object as text', { feature_state_value: '{"a":1}' }, [true, '{"a":1}', mismatch, { a: 1 }]],
    ['a list as text', { feature_state_value: ' [1,2]' }, [true, ' [1,2]', mismatch, [1, 2]]],
    ['a broken object as text', { feature_state_value: '{"a":' }, [true, '{"a":', mismatch, mismatch]],
    [
      'a list as text that is nested too deep',
      { feature_state_value: '['.repeat(70) + ']'.repeat(70) },
      [true, '['.repeat(70) + ']'.repeat(70), mismatch, mismatch],
    ],
    ['null as text', { feature_state_value: 'null' }, [true, 'null', mismatch, mismatch]],
    [
      'a value, off',
      { enabled: false, feature_state_value: '5' },
      [false, 'codeDefault', 'codeDefault', 'codeDefault'],
    ],
  ])('to a flag with %s', (_, state, expected) => {
    expect(asked(state)).toEqual(expected)
  })
})

describe('the reason', () => {
  const split = [optionOf(1, 'a', 100, 'first')]
  const features = [
    stateOf('plain'),
    stateOf('targeted'),
    stateOf('assigned'),
    stateOf('split', { multivariate_feature_state_values: split, feature_state_value: 'none' }),
    stateOf('unreachable'),
    stateOf('off', { enabled: false }),
  ]
  const segments = [
    segmentOf(5, gold, [overrideOf('targeted', 0), overrideOf('off', 0, { enabled: false, feature_state_value: 1 })]),
    segmentOf(6, [], [overrideOf('unreachable', 0)]),
    segmentOf(8, allOf(conditionOf('plan', 'EQUAL', 'platinum')), [
      overrideOf('targeted', 1, { multivariate_feature_state_values: split }),
    ]),
  ]
  const overrides = [{ identifier: 'vip', identity_features: [stateOf('assigned')] }]
  const snapshot = snapshotOf(documentOf({ features, segments, overrides }))

  it.each<[string, string, JsonObject, string, JsonObject]>([
    ['STATIC where nothing could change the answer', 'plain', { targetingKey: 'u' }, 'STATIC', {}],
    ['STATIC where only a segment without rules could', 'unreachable', { targetingKey: 'u' }, 'STATIC', {}],
    ['DEFAULT where no segment matched', 'targeted', { targetingKey: 'u' }, 'DEFAULT', {}],
    ['DEFAULT where no identity is overridden', 'assigned', { targetingKey: 'u' }, 'DEFAULT', {}],
    ['DEFAULT where there is nobody to split', 'split', {}, 'DEFAULT', {}],
    [
      'TARGETING_MATCH in a segment',
      'targeted',
      goldUser,
      'TARGETING_MATCH',
      { rule: 'segment-override', segment: 'segment 5' },
    ],
    [
      'TARGETING_MATCH for an identity',
      'assigned',
      { targetingKey: 'vip' },
      'TARGETING_MATCH',
      { rule: 'identity-override' },
    ],
    ['SPLIT by weight', 'split', { targetingKey: 'u' }, 'SPLIT', { weight: 100 }],
    [
      'SPLIT by weight in a segment',
      'targeted',
      { targetingKey: 'u', plan: 'platinum' },
      'SPLIT',
      { rule: 'segment-override', segment: 'segment 8', weight: 100 },
    ],
    ['DISABLED whenever it is off', 'off', {}, 'DISABLED', {}],
    ['DISABLED in a segment too', 'off', goldUser, 'DISABLED', { rule: 'segment-override', segment: 'segment 5' }],
  ])('is %s', (_, key, context, reason, serverMetadata) => {
    const outcome = snapshot.evaluate(key, context, clock)
    expect(outcome.reason).toBe(reason)
    expect(outcome.serverMetadata).toEqual({ ...outcome.metadata, ...serverMetadata })
    expect(outcome.metadata).toEqual({ featureId: 7, enabled: reason !== 'DISABLED' })
  })
})

describe('the variant', () => {
  const shares = [optionOf(1, 'a', 30, 'first'), optionOf(2, 'b', 30)]
  const feature = stateOf('f', { multivariate_feature_state_values: shares, feature_state_value: 'c' })
  const snapshot = snapshotOf(documentOf({ features: [feature] }))
  const drawn = Array.from({ length: 200 }, (_, n) => snapshot.evaluate('f', { targetingKey: `u${n}` }, clock))

  it.each([
    ["is the option's key", 'a', 'first'],
    ['is the state where the option has no key', 'b', 'on'],
    ['is control where no share holds', 'c', 'control'],
  ])('%s', (_, value, variant) => {
    const found = drawn.filter((outcome) => outcome.value === value)
    expect(found.length).toBeGreaterThan(0)
    expect(new Set(found.map((outcome) => outcome.variant))).toEqual(new Set([variant]))
  })

  it('leaves out shares without weight', () => {
    const empty = stateOf('f', { multivariate_feature_state_values: [optionOf(1, 'a', 0), optionOf(2, 'b', 30)] })
    expect(rulesetOf(documentOf({ features: [empty] })).flags['f']?.decide).toMatchObject({ arms: [[0, 30, 1]] })
  })

  it.each([70, 0, null])('is drawn by django_id %j, else by the UUID', (djangoId) => {
    const drawnBy = rulesetOf(documentOf({ features: [{ ...feature, django_id: djangoId }] })).flags['f']?.decide
    expect(drawnBy).toMatchObject({
      split: [
        'flagsmith.bucket',
        djangoId === 70 ? '70' : feature['featurestate_uuid'],
        ['flagsmith.identityKey', 'client-key'],
      ],
    })
  })

  it('is the state where there is nobody to split', () => {
    expect(snapshot.evaluate('f', {}, clock)).toMatchObject({ value: 'c', variant: 'on' })
  })
})

describe('of several overrides', () => {
  const everybody = allOf(conditionOf('missing', 'IS_NOT_SET'))
  const answers = (...priorities: (number | null)[]): unknown => {
    const segments = priorities.map((priority, index) =>
      segmentOf(100 - index, everybody, [overrideOf('f', priority, { feature_state_value: `segment ${index}` })]),
    )
    return snapshotOf(documentOf({ features: [stateOf('f')], segments })).evaluate('f', { targetingKey: 'u' }, clock)
      .value
  }

  it('the one with the smallest priority wins', () => {
    expect(answers(3, 1, 2)).toBe('segment 1')
  })

  it('the first segment of the document wins a tie', () => {
    expect(answers(2, 1, 1)).toBe('segment 1')
  })

  it('one without priority is the weakest', () => {
    expect(answers(null, 2_000_000_000)).toBe('segment 1')
  })

  it('the first one without priority wins among those', () => {
    expect(answers(null, null)).toBe('segment 0')
  })

  it("an identity's is the strongest", () => {
    const segments = [segmentOf(1, everybody, [overrideOf('f', -1, { feature_state_value: 'segment' })])]
    const overrides = [{ identifier: 'vip', identity_features: [stateOf('f', { feature_state_value: 'mine' })] }]
    const snapshot = snapshotOf(documentOf({ features: [stateOf('f')], segments, overrides }))
    expect(snapshot.evaluate('f', { targetingKey: 'vip' }, clock).value).toBe('mine')
    expect(snapshot.evaluate('f', { targetingKey: 'VIP' }, clock).value).toBe('segment')
  })

  it('those of features the environment does not have are ignored', () => {
    const segments = [segmentOf(1, everybody, [overrideOf('unknown', 0)])]
    const overrides = [{ identifier: 'vip', identity_features: [stateOf('unknown')] }]
    const ruleset = rulesetOf(documentOf({ features: [stateOf('f')], segments, overrides }))
    expect(Object.keys(ruleset.flags)).toEqual(['f'])
    expect(ruleset.targets).toBeUndefined()
    expect(compile(ruleset).snapshot.evaluate('f', { targetingKey: 'vip' }, clock).reason).toBe('STATIC')
  })
})

describe('who may see a flag', () => {
  const features = [
    stateOf('server', { feature: { id: 1, name: 'server' } }),
    stateOf('off', { enabled: false }),
    stateOf('on'),
    stateOf('turned-off'),
    stateOf('turned-on', { enabled: false }),
  ]
  const states = [overrideOf('turned-off', 0, { enabled: false }), overrideOf('turned-on', 0)]
  const document = documentOf({
    features,
    segments: [segmentOf(5, gold, states)],
    project: { hide_disabled_flags: true, server_key_only_feature_ids: [1] },
  })
  const snapshot = snapshotOf(document)
  const seen = (audience: 'server' | 'client', context: JsonObject): string[] =>
    snapshot.evaluateAll(context, clock, audience).map(({ flagKey }) => flagKey)

  it('leaves server-only features out for client keys', () => {
    expect(seen('server', {})).toEqual(['on', 'server', 'turned-off'])
    expect(seen('client', {})).toEqual(['on', 'turned-off'])
  })

  it('judges disabled flags after the overrides', () => {
    expect(seen('client', goldUser)).toEqual(['on', 'turned-on'])
  })

  it('still evaluates what is hidden', () => {
    expect(snapshot.evaluate('off', {}, clock)).toMatchObject({ reason: 'DISABLED', hidden: true })
    expect(snapshot.evaluate('server', {}, clock)).toMatchObject({ value: true, audience: 'server' })
  })

  it('hides nothing in an environment that does not ask for it', () => {
    const shown = snapshotOf(documentOf({ features })).evaluateAll({}, clock, 'client')
    expect(shown.map(({ flagKey }) => flagKey)).toContain('off')
  })

  it('tells clients no names of segments', () => {
    const named = snapshotOf(documentOf({ features: [stateOf('turned-on')], segments: [segmentOf(5, gold, states)] }))
    const outcome = named.evaluate('turned-on', goldUser, clock)
    expect(outcome.ofrep('server')).toContain('segment 5')
    expect(outcome.ofrep('client')).not.toContain('segment')
  })
})

describe('a document', () => {
  it('gives equal text when translated twice', () => {
    const document = documentOf({ features: [stateOf('f')], segments: [segmentOf(5, gold, [overrideOf('f', 1)])] })
    expect(JSON.stringify(rulesetOf(document))).toBe(JSON.stringify(rulesetOf(structuredClone(document))))
  })

  it.each<[string, JsonObject, string]>([
    ['an unknown operator', conditionOf('t', 'LIKE', 'x'), 'UNKNOWN_OPERATOR'],
    ['a list without a value', conditionOf('t', 'IN'), 'INVALID_VALUE'],
    ['a split without a number', conditionOf('', 'PERCENTAGE_SPLIT'), 'INVALID_VALUE'],
    ['a split by words', conditionOf('', 'PERCENTAGE_SPLIT', 'half'), 'INVALID_VALUE'],
    ['a remainder without a divisor', conditionOf('t', 'MODULO', '2'), 'INVALID_VALUE'],
    ['a division by zero', conditionOf('t', 'MODULO', '0|0'), 'INVALID_VALUE'],
    ['a list to compare with', conditionOf('t', 'EQUAL', ['x']), 'INVALID_VALUE'],
    ['a filter', conditionOf('$.identity.traits[?@ == "x"]', 'IS_SET'), 'UNSUPPORTED_FEATURE'],
    ['a look at other features', conditionOf('$.features.f.enabled', 'IS_SET'), 'UNSUPPORTED_FEATURE'],
  ])('with a condition that is %s is translated, and says so', (_, condition, code) => {
    const segments = [
      segmentOf(5, allOf(conditionOf('t', 'IS_SET'), condition), [overrideOf('f', 0, { enabled: false })]),
    ]
    const decoded = flagsmith.decode(documentOf({ features: [stateOf('f')], segments }))
    if (!decoded.ok) throw new Error('refused')
    const { ruleset, diagnostics } = flagsmith.translate(decoded.document)
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.path.join('.')])).toEqual([
      [code, 'project.segments.0.rules.0.conditions.1'],
    ])
    const { snapshot } = compile(ruleset)
    expect(snapshot.evaluate('f', { targetingKey: 'u', t: 'x' }, clock).value).toBe(true)
  })

  it('with a pattern that cannot be run matches nobody, and the compiler says so', () => {
    const segments = [segmentOf(5, allOf(conditionOf('t', 'REGEX', '(')), [overrideOf('f', 0, { enabled: false })])]
    const { snapshot, diagnostics } = compile(rulesetOf(documentOf({ features: [stateOf('f')], segments })))
    expect(diagnostics.map(({ code }) => code)).toEqual(['UNSUPPORTED_PATTERN'])
    expect(snapshot.evaluate('f', { targetingKey: 'u', t: '(' }, clock).value).toBe(true)
  })

  it('without segments and splits needs no dialect', () => {
    expect(rulesetOf(documentOf({ features: [stateOf('f')] })).dialects).toEqual([])
  })
})
