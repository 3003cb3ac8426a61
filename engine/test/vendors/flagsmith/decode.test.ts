import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/index.js'
import { decodeEvaluationContext, flagsmith, type FlagsmithDocument } from '../../../src/vendors/flagsmith/index.js'
import { allOf, conditionOf, documentOf, optionOf, segmentOf, stateOf } from './documents.js'
import { clock, rulesetOf, snapshotOf } from './evaluate.js'
import { fixture } from './recorded.js'

function decoded(input: unknown): { document: FlagsmithDocument; codes: string[] } {
  const result = flagsmith.decode(input)
  if (!result.ok) throw new Error('refused')
  return { document: result.document, codes: result.diagnostics.map(({ severity, code }) => `${severity} ${code}`) }
}

function without(document: JsonObject, member: string): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== member))
}

describe('an environment document', () => {
  const whole = documentOf({})

  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'environment'],
    ['a list', [whole]],
    ['an empty object', {}],
    ['a flagd document', { flags: {} }],
    ['an error body', { detail: 'Invalid token' }],
    ['one without api_key', without(whole, 'api_key')],
    ['one without feature_states', without(whole, 'feature_states')],
    ['one without project', without(whole, 'project')],
    ['one without segments', { ...whole, project: {} }],
    ['one whose identity overrides are no list', { ...whole, identity_overrides: {} }],
  ])('is refused when it is %s', (_, input) => {
    const result = flagsmith.decode(input)
    expect(result.ok).toBe(false)
    expect(result.diagnostics.map(({ code }) => code)).toContain('INVALID_DOCUMENT')
    expect(flagsmith.recognises(input)).toBe(false)
  })

  it('names every member that is missing', () => {
    expect(flagsmith.decode({}).diagnostics.map(({ path }) => path.join('.'))).toEqual([
      'api_key',
      'feature_states',
      'project',
    ])
  })

  it.each(['environment-shop-production.json', 'environment-hidden-disabled.json'])(
    '%s is read without a finding',
    (name) => {
      const document = fixture(name)
      expect(flagsmith.recognises(document)).toBe(true)
      expect(flagsmith.decode(document)).toMatchObject({ ok: true, diagnostics: [] })
    },
  )

  it.each([null, undefined])('may have %s for identity overrides', (overrides) => {
    expect(decoded({ ...whole, identity_overrides: overrides }).document.identityOverrides.size).toBe(0)
  })

  it('needs nothing of its project but the segments', () => {
    const { document, codes } = decoded({ api_key: 'k', feature_states: [], project: { segments: [] } })
    expect(codes).toEqual([])
    expect(document).toMatchObject({ hidesDisabledFlags: false, environment: { key: 'k', name: null } })
  })

  it.each<[string, Json, Json, boolean]>([
    ['the environment says so', true, false, true],
    ['the environment says no, although the project says yes', false, true, false],
    ['the environment inherits it', null, true, true],
    ['neither says so', null, null, false],
  ])('hides disabled flags or not: %s', (_, ofEnvironment, ofProject, expected) => {
    const document = documentOf({
      root: { hide_disabled_flags: ofEnvironment },
      project: { hide_disabled_flags: ofProject },
    })
    expect(decoded(document).document.hidesDisabledFlags).toBe(expected)
  })

  it('says nothing of itself that no ruleset can carry', () => {
    const { info } = rulesetOf(documentOf({ root: { id: Infinity, name: {}, updated_at: -Infinity } }))
    expect(Object.keys(info ?? {})).not.toContain('environmentId')
    expect(JSON.parse(JSON.stringify(info))).toEqual(info)
  })

  it('says where it comes from, without keys', () => {
    const { info } = rulesetOf(documentOf({ root: { allow_client_traits: false } }))
    expect(info).toEqual({
      vendor: 'flagsmith',
      environment: 'Production',
      environmentId: 1,
      project: 'Project',
      projectId: 1,
      updatedAt: '2026-09-01T08:30:15.123456+00:00',
      allowClientTraits: false,
      hideSensitiveData: false,
    })
  })
})

describe('a malformed feature state', () => {
  it.each<[string, JsonObject]>([
    ['a state that is no boolean', { enabled: 'yes' }],
    ['an object for a value', { feature_state_value: {} }],
    ['a value beyond all numbers', { feature_state_value: Infinity }],
    ['a share beyond all numbers', { multivariate_feature_state_values: [optionOf(1, 'a', Infinity)] }],
    ['a share without weight', { multivariate_feature_state_values: [{ multivariate_feature_option: { value: 1 } }] }],
    ['a share without option', { multivariate_feature_state_values: [{ percentage_allocation: 5 }] }],
    ['shares that are no list', { multivariate_feature_state_values: 'a' }],
    [
      'shares, and nothing to hash',
      { multivariate_feature_state_values: [optionOf(1, 'a', 5)], django_id: null, featurestate_uuid: null },
    ],
  ])('with %s spoils only its own flag', (_, more) => {
    const document = documentOf({ features: [stateOf('bad', more), stateOf('good')] })
    expect(decoded(document).codes).toEqual(['error INVALID_FLAG'])
    const snapshot = snapshotOf(document)
    expect(snapshot.evaluate('bad', { targetingKey: 'u' }, clock)).toMatchObject({
      reason: 'ERROR',
      errorCode: 'PARSE_ERROR',
    })
    expect(snapshot.evaluate('good', { targetingKey: 'u' }, clock).value).toBe(true)
  })

  it('of a segment spoils its flag only for the segment', () => {
    const states = [stateOf('f', { enabled: null })]
    const segments = [segmentOf(1, allOf(conditionOf('plan', 'EQUAL', 'gold')), states)]
    const snapshot = snapshotOf(documentOf({ features: [stateOf('f')], segments }))
    expect(snapshot.evaluate('f', { targetingKey: 'u', plan: 'gold' }, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('f', { targetingKey: 'u' }, clock).value).toBe(true)
  })

  it.each<[string, Json]>([
    ['null', null],
    ['a list', []],
    ['a state without feature', { enabled: true }],
    ['a feature without name', { feature: { id: 1 }, enabled: true }],
  ])('that is %s is reported and ignored', (_, state) => {
    const { document, codes } = decoded(documentOf({ features: [state, stateOf('good')] }))
    expect(codes).toEqual(['error INVALID_FLAG'])
    expect([...document.features.keys()]).toEqual(['good'])
  })

  it('that comes twice is reported, and the last one counts', () => {
    const { document, codes } = decoded(
      documentOf({ features: [stateOf('f', { feature_state_value: 1 }), stateOf('f', { feature_state_value: 2 })] }),
    )
    expect(codes).toEqual(['warning DUPLICATE_KEY'])
    expect(document.features.get('f')?.value).toBe(2)
  })
})

describe('a malformed segment', () => {
  it.each<[string, Json]>([
    ['rules that are no list', {}],
    ['a rule that is no object', ['ALL']],
    ['a rule of no known type', [{ type: 'SOME', conditions: [] }]],
    ['conditions that are no list', [{ type: 'NONE', conditions: 'x' }]],
    ['a condition that is no object', [{ type: 'NONE', conditions: [null] }]],
    ['a condition without operator', [{ type: 'NONE', conditions: [{ property_: 'plan' }] }]],
    ['a property that is no text', [{ type: 'NONE', conditions: [conditionOf(5 as unknown as string, 'EQUAL')] }]],
  ])('with %s matches nobody', (_, rules) => {
    const states = [stateOf('f', { feature_state_value: 'matched' })]
    const segment = { ...segmentOf(1, [], states), rules }
    const document = documentOf({ features: [stateOf('f')], segments: [segment] })
    expect(decoded(document).codes).toEqual(['error INVALID_SEGMENT'])
    expect(snapshotOf(document).evaluate('f', { targetingKey: 'u' }, clock).value).toBe(true)
  })

  it.each<[string, Json]>([
    ['no object', 'gold'],
    ['without id', { name: 'gold', rules: [] }],
  ])('that is %s is reported and ignored', (_, segment) => {
    const { document, codes } = decoded(documentOf({ segments: [segment, segmentOf(2, [])] }))
    expect(codes).toEqual(['error INVALID_SEGMENT'])
    expect(document.segments.map(({ id }) => id)).toEqual(['2'])
  })

  it('may be nested as deep as it likes without breaking the reader', () => {
    let rule: JsonObject = { type: 'ALL', conditions: [], rules: [] }
    for (let depth = 0; depth < 100_000; depth += 1) rule = { type: 'ALL', conditions: [], rules: [rule] }
    const { document, codes } = decoded(documentOf({ segments: [segmentOf(1, [rule])] }))
    expect(codes).toEqual(['error INVALID_SEGMENT'])
    expect(document.segments[0]?.problem).toMatch(/deeper than 32/)
  })
})

describe('the order of shares', () => {
  function orderOf(options: readonly Json[]): unknown[] {
    const { document } = decoded(
      documentOf({ features: [stateOf('f', { multivariate_feature_state_values: options })] }),
    )
    return document.features.get('f')?.options.map(({ value }) => value) ?? []
  }

  const uuid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-000000000000`
  const withUuid = (value: string, digit: string): JsonObject => ({
    ...optionOf(0, value, 10),
    mv_fs_value_uuid: uuid(digit),
  })

  it('is that of the ids', () => {
    expect(orderOf([optionOf(30, 'c', 1), optionOf(4, 'a', 1), optionOf(12, 'b', 1)])).toEqual(['a', 'b', 'c'])
  })

  it('is that of the UUIDs, read as numbers, where there are no ids', () => {
    expect(orderOf([withUuid('c', 'c'), withUuid('a', '0'), withUuid('b', '9')])).toEqual(['a', 'b', 'c'])
  })

  it('is that of the document between equals', () => {
    expect(orderOf([optionOf(1, 'a', 1), optionOf(1, 'b', 1), optionOf(0, 'd', 1), optionOf(0, 'e', 1)])).toEqual([
      'a',
      'b',
      'd',
      'e',
    ])
  })
})

describe('an evaluation context', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['an empty object', {}],
    ['a context without the environment’s key', { environment: { name: 'x' } }],
  ])('is refused when it is %s', (_, input) => {
    expect(decodeEvaluationContext(input).ok).toBe(false)
  })

  it('keeps what is malformed as such', () => {
    const result = decodeEvaluationContext({
      environment: { key: 'k', name: 'n' },
      features: { f: { name: 'f', enabled: 1, value: null }, g: null },
      segments: { 1: { name: 's', rules: 5 }, 2: [] },
    })
    expect(result.diagnostics.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
      'INVALID_FLAG features.f',
      'INVALID_FLAG features.g',
      'INVALID_SEGMENT segments.1',
      'INVALID_SEGMENT segments.2',
    ])
  })
})
