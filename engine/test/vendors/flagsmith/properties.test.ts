import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, explain, type Json, type JsonObject } from '../../../src/index.js'
import { decodeEvaluationContext, flagsmith } from '../../../src/vendors/flagsmith/index.js'
import { documentOf, stateOf } from './documents.js'
import { clock, snapshotOf } from './evaluate.js'

const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']
const name = fc.constantFrom('f', 'g', '1', '', ...inherited)
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>

/** Mostly what belongs there, sometimes anything. */
function mostly(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: json }) as fc.Arbitrary<Json>
}

function record(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Json> {
  const hostile = Object.entries(members).map(([member, arbitrary]) => [member, mostly(arbitrary)])
  return mostly(fc.record(Object.fromEntries(hostile) as Record<string, fc.Arbitrary<Json>>, { requiredKeys: [] }))
}

const operators = [
  'EQUAL',
  'NOT_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_INCLUSIVE',
  'LESS_THAN',
  'LESS_THAN_INCLUSIVE',
  'CONTAINS',
  'NOT_CONTAINS',
  'REGEX',
  'PERCENTAGE_SPLIT',
  'MODULO',
  'IS_SET',
  'IS_NOT_SET',
  'IN',
]
const operator = fc.constantFrom(...operators, ...inherited)
const text = fc.oneof(fc.string(), fc.constantFrom('1', '1.0', '2|1', '1.2.3:semver', '[1,"a"]', 'inf', '(', '', null))
const property = fc.oneof(
  name,
  fc.string().map((path) => `$.${path}`),
  fc.constantFrom('$.identity.key', '$..*', '$.*[0]'),
)
const conditions = fc.array(record({ operator, property_: property, property, value: text }), { maxLength: 3 })
const ruleType = fc.constantFrom('ALL', 'ANY', 'NONE')
const innerRules = fc.array(record({ type: ruleType, conditions }), { maxLength: 2 })
const rules = fc.array(record({ type: ruleType, conditions, rules: innerRules }), { maxLength: 3 })

const value = fc.constantFrom(null, 'x', '1.5', '[]', 0, true)
const weight = fc.constantFrom(0, 50, 100, -10, 33.3)
const option = record({
  id: fc.integer(),
  percentage_allocation: weight,
  multivariate_feature_option: record({ value, key: name }),
})
const state = record({
  feature: record({ id: fc.integer(), name, type: fc.constant('STANDARD') }),
  enabled: fc.boolean(),
  feature_state_value: value,
  django_id: fc.integer(),
  feature_segment: record({ priority: fc.integer() }),
  multivariate_feature_state_values: fc.array(option, { maxLength: 3 }),
})
const states = fc.array(state, { maxLength: 4 })

/** A document in which anything may be wrong but what it is known by. */
const hostileDocument = fc
  .record({
    feature_states: states,
    segments: fc.array(record({ id: fc.integer(), name, rules, feature_states: states }), { maxLength: 4 }),
    identity_overrides: fc.array(record({ identifier: name, identity_features: states }), { maxLength: 4 }),
    hide_disabled_flags: json,
  })
  .map(({ segments, ...rest }) => documentOf({ segments, root: rest }))

const variant = record({ value, weight, priority: fc.integer(), key: name })
const feature = record({
  name,
  key: name,
  enabled: fc.boolean(),
  value,
  variants: fc.array(variant),
  priority: fc.integer(),
})
const hostileContext = fc.record({
  environment: fc.record({ key: fc.string(), name: mostly(fc.string()) }),
  features: fc.dictionary(name, feature),
  segments: fc.dictionary(name, record({ key: name, name, rules, overrides: fc.array(feature, { maxLength: 3 }) })),
})

const evaluationContext = fc
  .record({ targetingKey: mostly(name), traits: mostly(fc.dictionary(name, json)), others: fc.dictionary(name, json) })
  .map(({ others, ...rest }) => ({ ...others, ...rest }))

/** Compiles what was accepted, and asks for everything: by the compiler and by the interpreter, which must agree. */
function evaluateAll(document: ReturnType<typeof flagsmith.decode>, context: JsonObject): void {
  if (!document.ok) return
  const { ruleset } = flagsmith.translate(document.document)
  const { snapshot } = compile(ruleset)
  for (const key of snapshot.flagKeys) {
    const { value: answer, reason, variant: named, errorCode } = snapshot.evaluate(key, context, clock)
    const explained = explain(snapshot, key, context, clock)?.outcome
    expect({ answer, reason, named, errorCode }).toEqual({
      answer: explained?.value,
      reason: explained?.reason,
      named: explained?.variant,
      errorCode: explained?.errorCode,
    })
    expect(explained?.errorDetails).not.toBe('evaluation failed')
  }
}

describe('whatever is read', () => {
  it('never throws on any JSON', () => {
    fc.assert(
      fc.property(json, evaluationContext, (input, context) => {
        evaluateAll(flagsmith.decode(input), context)
        evaluateAll(decodeEvaluationContext(input), context)
        flagsmith.recognises(input)
      }),
    )
  })

  it('never throws on a document in which anything may be wrong', () => {
    fc.assert(
      fc.property(hostileDocument, evaluationContext, (input, context) => {
        const decoded = flagsmith.decode(input)
        expect(decoded.ok).toBe(true)
        evaluateAll(decoded, context)
      }),
      { numRuns: 500 },
    )
  })

  it('never throws on an evaluation context in which anything may be wrong', () => {
    fc.assert(
      fc.property(hostileContext, evaluationContext, (input, context) => {
        evaluateAll(decodeEvaluationContext(input), context)
      }),
      { numRuns: 300 },
    )
  })
})

describe.each(inherited)('the name %s', (inheritedName) => {
  it('is an ordinary name of a feature', () => {
    const other = snapshotOf(documentOf({ features: [stateOf('f')] }))
    expect(other.evaluate(inheritedName, { targetingKey: 'u' }, clock).errorCode).toBe('FLAG_NOT_FOUND')
    const snapshot = snapshotOf(documentOf({ features: [stateOf(inheritedName, { feature_state_value: 'x' })] }))
    expect(snapshot.flagKeys).toEqual([inheritedName])
    expect(snapshot.evaluate(inheritedName, { targetingKey: 'u' }, clock).value).toBe('x')
  })

  it('is an ordinary name of a segment, an identity and a trait', () => {
    const condition = { operator: 'EQUAL', property_: inheritedName, value: 'yes' }
    const segment = {
      id: inheritedName,
      name: inheritedName,
      rules: [{ type: 'ALL', conditions: [condition] }],
      feature_states: [stateOf('f', { feature_state_value: 'segment' })],
    }
    const overrides = [
      { identifier: inheritedName, identity_features: [stateOf('f', { feature_state_value: 'mine' })] },
    ]
    const snapshot = snapshotOf(documentOf({ features: [stateOf('f')], segments: [segment], overrides }))
    const valueOf = (context: JsonObject): unknown => snapshot.evaluate('f', context, clock).value
    expect(valueOf({ targetingKey: 'u' })).toBe(true)
    expect(valueOf(JSON.parse(`{"targetingKey":"u","${inheritedName}":"yes"}`) as JsonObject)).toBe('segment')
    expect(valueOf({ targetingKey: inheritedName })).toBe('mine')
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  })
})
