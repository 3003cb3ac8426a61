import { describe, expect, it } from 'vitest'
import { compile, type JsonObject } from '../../../src/index.js'
import { documentOf, optionOf, stateOf } from './documents.js'
import { clock, rulesetOf, snapshotOf } from './evaluate.js'

const text = (name: string, value: string | number, more: JsonObject = {}): JsonObject =>
  stateOf(name, { feature_state_value: value, ...more })

describe('an identity override', () => {
  const identifiers = ['007', '10.5', '-0', '1e5', 'true', 'a,b', '[1]', '', ' ', 'Jörg', '__proto__', 'constructor']
  const overrides = identifiers.map((identifier) => ({
    identifier,
    identity_features: [text('f', `of ${identifier}`)],
  }))
  const snapshot = snapshotOf(documentOf({ features: [text('f', 'default')], overrides }))
  const valueOf = (targetingKey: string): unknown => snapshot.evaluate('f', { targetingKey }, clock).value

  it.each(identifiers)('of "%s" is found by exactly that identifier', (identifier) => {
    expect(valueOf(identifier)).toBe(`of ${identifier}`)
  })

  it.each(['7', '10.50', '0', '100000', 'True', 'a', 'b', '1', 'jörg', 'toString', 'hasOwnProperty'])(
    'is not found by "%s"',
    (identifier) => {
      expect(valueOf(identifier)).toBe('default')
    },
  )

  it('needs no traits and ignores them', () => {
    expect(snapshot.evaluate('f', { targetingKey: '007', plan: 'gold' }, clock)).toMatchObject({
      value: 'of 007',
      reason: 'TARGETING_MATCH',
    })
  })

  it('may turn a feature off', () => {
    const overrides = [{ identifier: 'u', identity_features: [text('f', 'x', { enabled: false })] }]
    const { value, reason } = snapshotOf(documentOf({ features: [text('f', 'default')], overrides })).evaluate(
      'f',
      { targetingKey: 'u' },
      clock,
    )
    expect({ value, reason }).toEqual({ value: undefined, reason: 'DISABLED' })
  })

  it('that is malformed is an error for its identity only', () => {
    const overrides = [{ identifier: 'u', identity_features: [stateOf('f', { enabled: 1 })] }]
    const spoiled = snapshotOf(documentOf({ features: [text('f', 'default')], overrides }))
    expect(spoiled.evaluate('f', { targetingKey: 'u' }, clock).errorCode).toBe('PARSE_ERROR')
    expect(spoiled.evaluate('f', { targetingKey: 'v' }, clock).value).toBe('default')
  })
})

describe('an identity override of a multivariate feature', () => {
  const shares = [optionOf(1, 'a', 50, 'first'), optionOf(2, 'b', 50, 'second')]
  const feature = text('f', 'none', { multivariate_feature_state_values: shares })
  const assigned = (options: readonly JsonObject[]): JsonObject => {
    const overrides = [
      {
        identifier: 'u',
        identity_features: [text('f', 'control value', { multivariate_feature_state_values: options })],
      },
    ]
    const outcome = snapshotOf(documentOf({ features: [feature], overrides })).evaluate(
      'f',
      { targetingKey: 'u' },
      clock,
    )
    return { value: outcome.value ?? null, variant: outcome.variant ?? null, reason: outcome.reason }
  }

  it('assigns the option that has all the weight', () => {
    const options = [optionOf(1, 'a', 0, 'first'), optionOf(2, 'b', 100, 'second')]
    expect(assigned(options)).toEqual({ value: 'b', variant: 'second', reason: 'TARGETING_MATCH' })
  })

  it('assigns its own value where no option has all the weight', () => {
    expect(assigned([])).toEqual({ value: 'control value', variant: 'on', reason: 'TARGETING_MATCH' })
    expect(assigned(shares)).toEqual({ value: 'control value', variant: 'on', reason: 'TARGETING_MATCH' })
  })
})

describe('the table of individual assignments', () => {
  it('shares equal outcomes', () => {
    const overrides = Array.from({ length: 10 }, (_, n) => ({
      identifier: `u${n}`,
      identity_features: [text('f', n % 2), stateOf('g', { enabled: n % 2 === 0 })],
    }))
    const { flags, targets } = rulesetOf(documentOf({ features: [stateOf('f'), stateOf('g')], overrides }))
    expect(flags['f']?.outcomes).toHaveLength(3)
    expect(flags['g']?.outcomes).toHaveLength(3)
    expect(targets?.['u0']).toEqual(targets?.['u2'])
    expect(Object.values(targets?.['u0'] ?? {}).every((entry) => typeof entry === 'number')).toBe(true)
  })

  it('keeps apart identities that are assigned the same of different features', () => {
    const overrides = ['f', 'g'].map((name) => ({ identifier: name, identity_features: [text(name, 'mine')] }))
    const { targets } = rulesetOf(documentOf({ features: [stateOf('f'), stateOf('g')], overrides }))
    expect(targets).toEqual({ f: { f: 1 }, g: { g: 1 } })
  })

  it('holds outcomes itself once a flag has 64 of them', () => {
    const overrides = Array.from({ length: 100 }, (_, n) => ({
      identifier: `u${n}`,
      identity_features: [text('f', n)],
    }))
    const document = documentOf({ features: [stateOf('f')], overrides })
    const { flags, targets } = rulesetOf(document)
    expect(flags['f']?.outcomes).toHaveLength(1 + 64)
    expect(Object.values(targets ?? {}).filter(({ f }) => typeof f === 'object')).toHaveLength(100 - 64)
    const snapshot = snapshotOf(document)
    for (let n = 0; n < 100; n += 1) expect(snapshot.evaluate('f', { targetingKey: `u${n}` }, clock).value).toBe(n)
  })

  it('takes the first of several states that one identity has of one feature', () => {
    const overrides = [
      { identifier: 'u', identity_features: [text('f', 'first'), text('f', 'second')] },
      { identifier: 'u', identity_features: [text('f', 'third'), text('g', 'other')] },
    ]
    const snapshot = snapshotOf(documentOf({ features: [stateOf('f'), stateOf('g')], overrides }))
    expect(snapshot.evaluate('f', { targetingKey: 'u' }, clock).value).toBe('first')
    expect(snapshot.evaluate('g', { targetingKey: 'u' }, clock).value).toBe('other')
  })

  it('holds 100,000 identities', () => {
    const overrides = Array.from({ length: 100_000 }, (_, n) => ({
      identifier: `user-${n}`,
      identity_features: n % 2 === 0 ? [text('f', n % 20)] : [text('f', n % 20), stateOf('g', { enabled: false })],
    }))
    const document = documentOf({ features: [stateOf('f'), stateOf('g')], overrides })
    const ruleset = rulesetOf(document)
    expect(Object.keys(ruleset.targets ?? {})).toHaveLength(100_000)
    const { snapshot } = compile(ruleset)
    for (const n of [0, 1, 50_000, 99_999]) {
      const context = { targetingKey: `user-${n}` }
      expect(snapshot.evaluate('f', context, clock).value).toBe(n % 20)
      expect(snapshot.evaluate('g', context, clock).value).toBe(n % 2 === 0)
    }
    expect(snapshot.evaluate('f', { targetingKey: 'user-100000' }, clock)).toMatchObject({
      value: true,
      reason: 'DEFAULT',
    })
  })
  it('holds any number of states of one identity, in any number of entries', () => {
    const states = Array.from({ length: 200_000 }, () => text('f', 'mine'))
    const overrides = [
      { identifier: 'u', identity_features: [] },
      { identifier: 'u', identity_features: states },
    ]
    const snapshot = snapshotOf(documentOf({ features: [stateOf('f')], overrides }))
    expect(snapshot.evaluate('f', { targetingKey: 'u' }, clock).value).toBe('mine')
  })
})
