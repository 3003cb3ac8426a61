import { describe, expect, it } from 'vitest'
import { compile, resolveAs, type Json, type ValueType } from '../../../src/index.js'
import { featbit } from '../../../src/vendors/featbit/index.js'
import { all, condition, conditionalEntry, flagEntry, payload } from './documents.js'
import { clock, decodeOrThrow, readFixture, snapshotOf } from './fixtures.js'

type Reading = { readonly value: Json } | { readonly wrongType: true }

interface TypedRow {
  readonly raw: string
  readonly bool: Reading
  readonly number: Reading
  readonly string: Reading
  readonly json: Reading
}

const { values } = readFixture('typed-values.json') as { readonly values: readonly TypedRow[] }

/** [FeatBit's declared type, OpenFeature's type, the recorded getter] */
const types = [
  ['boolean', 'boolean', 'bool'],
  ['number', 'number', 'number'],
  ['string', 'string', 'string'],
  ['json', 'object', 'json'],
] as const

function snapshotServing(value: string, variationType: string | null) {
  const variations = [{ id: 'v', name: 'v', value }]
  return snapshotOf(payload([flagEntry({ variationType, variations, fallthrough: { variations: [all('v')] } })]))
}

const user = { targetingKey: 'u' }

/** The recorded reading; JSON has no infinities, so those do not convert. */
function recorded(reading: Reading): Json | undefined {
  return 'value' in reading && reading.value !== 'Infinity' ? reading.value : undefined
}

describe.each(values)('a variation with the text $raw', (row) => {
  it.each(types)('resolves from a string flag as the %s getter of the Node SDK reads it', (_declared, type, getter) => {
    const outcome = snapshotServing(row.raw, 'string').evaluate('f', user, clock)
    const expected = getter === 'string' ? row.raw : recorded(row[getter])
    const resolution = resolveAs(outcome, type)
    if (expected === undefined) expect(resolution).toMatchObject({ kind: 'error', errorCode: 'TYPE_MISMATCH' })
    else expect(resolution).toEqual({ kind: 'value', value: expected })
  })

  it.each(types)('is the value of a %s flag where it converts, else PARSE_ERROR', (declared, _type, getter) => {
    const outcome = snapshotServing(row.raw, declared).evaluate('f', user, clock)
    const expected = getter === 'string' ? row.raw : recorded(row[getter])
    expect(outcome.value).toEqual(expected)
    expect(outcome.errorCode).toBe(expected === undefined ? 'PARSE_ERROR' : undefined)
  })
})

describe('the declared type', () => {
  /** [FeatBit's type, text, value, OpenFeature's type of the flag] */
  const rows: [string | null, string, Json, ValueType][] = [
    ['boolean', 'TRUE', true, 'boolean'],
    ['number', '1e3', 1000, 'number'],
    ['number', '-0', 0, 'number'],
    ['json', '{"a":[1]}', { a: [1] }, 'object'],
    ['json', '10', 10, 'object'],
    ['string', 'true', 'true', 'string'],
    [null, '5', '5', 'string'],
  ]

  it.each(rows)('%s makes %s the value %j', (declared, text, value, type) => {
    const snapshot = snapshotServing(text, declared)
    expect(snapshot.evaluate('f', user, clock).value).toEqual(value)
    expect(snapshot.ruleset.flags['f']?.type).toBe(type)
  })

  it('json answers an object question with whatever the JSON is', () => {
    const outcome = snapshotServing('10', 'json').evaluate('f', user, clock)
    expect(resolveAs(outcome, 'object')).toEqual({ kind: 'value', value: 10 })
    expect(resolveAs(outcome, 'string')).toEqual({ kind: 'value', value: '10' })
  })

  it.each([
    ['nested deeper than a ruleset can carry', `${'['.repeat(150)}${']'.repeat(150)}`],
    ['nested deeper than a stack can walk', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['with a number that JSON cannot carry', '{"a":[1e400]}'],
  ])('json refuses JSON that is %s', (_row, text) => {
    expect(snapshotServing(text, 'json').evaluate('f', user, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshotServing(text, 'string').evaluate('f', user, clock).value).toBe(text)
  })

  it('that a text does not have spoils only the variation', () => {
    const variations = [
      { id: 'yes', value: '[' },
      { id: 'no', value: '[]' },
    ]
    const targetUsers = [{ keyIds: ['v'], variationId: 'no' }]
    const document = decodeOrThrow(payload([flagEntry({ variationType: 'json', variations, targetUsers })]))
    const { ruleset, diagnostics } = featbit.translate(document)
    const { snapshot } = compile(ruleset)
    expect(snapshot.evaluate('f', user, clock)).toMatchObject({ errorCode: 'PARSE_ERROR', native: { value: '[' } })
    expect(snapshot.evaluate('f', { targetingKey: 'v' }, clock).value).toEqual([])
    expect(diagnostics).toMatchObject([
      { code: 'INVALID_VALUE', path: ['featureFlags', 'f', 'variations', '0', 'value'] },
    ])
  })
})

describe('an attribute that is not text', () => {
  /** [operator, condition value, attribute, whether it matches] */
  const rows: [string, string, Json, boolean][] = [
    ['Equal', '34', 34, true],
    ['NotEqual', '34', 34, false],
    ['BiggerThan', '30', 34, true],
    ['IsOneOf', '["34"]', 34, true],
    ['Contains', '3', 34, true],
    ['StartsWith', '3', 34, true],
    ['MatchRegex', '^34$', 34, true],
    ['IsTrue', 'x', true, true],
    ['IsFalse', 'x', false, true],
    ['Equal', 'true', true, true],
    ['Equal', '{"a":1}', { a: 1 }, true],
    ['Contains', '"b"', ['a', 'b'], true],
    ['Equal', '', null, true],
    ['BiggerThan', '30', { a: 34 }, false],
  ]

  it.each(rows)('%s %s is asked of %j as text', (op, value, attribute, expected) => {
    const snapshot = snapshotOf(payload([conditionalEntry([condition('p', op, value)])]))
    expect(snapshot.evaluate('f', { ...user, p: attribute }, clock).value).toBe(expected)
  })
})
