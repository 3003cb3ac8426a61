import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../src/index.js'
import { identityKeyAttribute } from '../../../src/vendors/flagsmith/index.js'
import { identityKeyOf, traitOf, traitsOf } from '../../../src/vendors/flagsmith/traits.js'
import { allOf, conditionOf, documentOf, optionOf, overrideOf, segmentOf, stateOf } from './documents.js'
import { clock, snapshotOf } from './evaluate.js'

describe('a trait', () => {
  it.each<[string, JsonObject, Json]>([
    ['is an attribute', { plan: 'gold' }, 'gold'],
    ['is a member of "traits"', { traits: { plan: 'gold' } }, 'gold'],
    ['is the attribute where it is both', { plan: 'gold', traits: { plan: 'free' } }, 'gold'],
    ['is not set where the attribute is null', { plan: null, traits: { plan: 'free' } }, null],
    ['is not set where there is nothing', { traits: {} }, null],
    ['is not set where "traits" is a list', { traits: [{ plan: 'gold' }] }, null],
    ['may be zero', { plan: 0 }, 0],
    ['may be false', { plan: false }, false],
    ['may be empty', { plan: '' }, ''],
  ])('%s', (_, context, expected) => {
    expect(traitOf(context, 'plan')).toBe(expected)
    expect(traitsOf(context)['plan'] ?? null).toBe(expected)
  })

  it.each(['targetingKey', identityKeyAttribute])('is never the reserved attribute %s', (name) => {
    expect(traitOf({ [name]: 'x' }, name)).toBeNull()
    expect(traitOf({ [name]: 'x', traits: { [name]: 'mine' } }, name)).toBe('mine')
  })

  it('may be called traits, if it is not an object', () => {
    expect(traitOf({ traits: 'few' }, 'traits')).toBe('few')
    expect(traitOf({ traits: { traits: 'few' } }, 'traits')).toBe('few')
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may be called %s', (name) => {
    expect(traitOf({}, name)).toBeNull()
    expect(traitOf(JSON.parse(`{"${name}":"mine"}`) as JsonObject, name)).toBe('mine')
    expect(traitOf(JSON.parse(`{"traits":{"${name}":"mine"}}`) as JsonObject, name)).toBe('mine')
  })

  it('has its place by its name when all are listed', () => {
    expect(Object.keys(traitsOf({ b: 1, a: 1, targetingKey: 'u', traits: { c: 1, aa: 1 } }))).toEqual([
      'a',
      'aa',
      'b',
      'c',
    ])
  })

  it.each<[Json, string, string]>([
    [false, 'EQUAL', 'false'],
    [0, 'EQUAL', '0'],
    ['', 'EQUAL', ''],
    [0, 'LESS_THAN', '1'],
    [0, 'IN', '0'],
    [false, 'IS_SET', ''],
    [null, 'IS_NOT_SET', ''],
  ])('that is %j meets %s "%s"', (trait, operator, value) => {
    const segments = [segmentOf(1, allOf(conditionOf('t', operator, value)), [overrideOf('f', 0, { enabled: false })])]
    const snapshot = snapshotOf(documentOf({ features: [stateOf('f')], segments }))
    expect(snapshot.evaluate('f', { targetingKey: 'u', t: trait }, clock).value).toBe(false)
  })
})

describe("an identity's key", () => {
  it.each<[string, JsonObject, string | null]>([
    ['is made of the environment and the identifier', { targetingKey: 'u' }, 'env_u'],
    ['is made of an empty identifier too', { targetingKey: '' }, 'env_'],
    ['is the one that was given', { targetingKey: 'u', [identityKeyAttribute]: '93' }, '93'],
    ['is not the one that was given if it is empty', { targetingKey: 'u', [identityKeyAttribute]: '' }, 'env_u'],
    ['is not the one that was given if it is no text', { targetingKey: 'u', [identityKeyAttribute]: 93 }, 'env_u'],
    ['is null without an identity', {}, null],
  ])('%s', (_, context, expected) => {
    const key = context['targetingKey']
    expect(identityKeyOf(context, typeof key === 'string' ? key : null, 'env')).toBe(expected)
  })

  it('decides the share of a multivariate flag', () => {
    const feature = stateOf('f', {
      django_id: 12,
      feature_state_value: 'none',
      multivariate_feature_state_values: [optionOf(1, 'low', 27.66), optionOf(2, 'high', 72.34)],
    })
    const snapshot = snapshotOf(documentOf({ features: [feature], root: { api_key: 'env' } }))
    // The hash of "12,93" is 27.655..., that of "12,env_93" is not.
    expect(snapshot.evaluate('f', { targetingKey: 'x', [identityKeyAttribute]: '93' }, clock).value).toBe('low')
    expect(snapshot.evaluate('f', { targetingKey: '93' }, clock).value).toBe('high')
  })

  it('is among what the answers depend on', () => {
    const feature = stateOf('f', { multivariate_feature_state_values: [optionOf(1, 'a', 50)] })
    const reads = snapshotOf(documentOf({ features: [feature] })).reads('f')
    expect(reads).toMatchObject({ key: true, whole: false, attributes: [identityKeyAttribute] })
  })
})
