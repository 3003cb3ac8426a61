import { describe, expect, it } from 'vitest'
import { flagd } from '../../../src/vendors/flagd/index.js'
import { answerOf, clock, decoded, snapshotOf } from './evaluate.js'

const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' }
const onByDefault = { reason: 'STATIC', variant: 'on', value: true }
const malformed = { reason: 'ERROR', errorCode: 'PARSE_ERROR' }

describe('a flagd document', () => {
  it.each([
    ['null', null],
    ['a list', []],
    ['text', '{"flags":{}}'],
    ['an object without flags', { metadata: {} }],
    ['flags that are text', { flags: 'f' }],
    ['flags that are a number', { flags: 5 }],
    ['inherited flags', Object.create({ flags: {} })],
  ])('is refused when it is %s', (_, input) => {
    const result = flagd.decode(input)
    expect(result.ok).toBe(false)
    expect(result.diagnostics).toMatchObject([{ severity: 'error', code: 'INVALID_DOCUMENT', path: ['flags'] }])
  })

  it('has no flags when they are null', () => {
    expect(decoded({ flags: null }).flags).toEqual([])
  })

  it('may list its flags with their keys, the later of two counts', () => {
    const { flags } = decoded({ flags: [{ key: 'a', ...flag }, { key: 'b' }, { key: 'a', state: 'DISABLED' }] })
    expect(flags.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(flags[0]).toMatchObject({ state: 'DISABLED' })
  })

  it('leaves listed flags without a key out, and says so', () => {
    const result = flagd.decode({ flags: [flag, { key: '' }, null, { key: 'a' }] })
    expect(result.ok && result.document.flags.map(({ key }) => key)).toEqual(['a'])
    expect(result.diagnostics.map(({ path }) => path)).toEqual([
      ['flags', '0', 'key'],
      ['flags', '1', 'key'],
      ['flags', '2', 'key'],
    ])
  })

  it.each([
    ['no object', 5, 'expected an object'],
    ['a state that is no text', { ...flag, state: 1 }, 'state must be'],
    ['variants that are a list', { ...flag, variants: [] }, 'variants must be'],
    ['a default that is no text', { ...flag, defaultVariant: 1 }, 'defaultVariant must be'],
    ['a default that is no variant', { ...flag, defaultVariant: 'zzz' }, '"zzz" is not among the variants'],
    ['an inherited default', { ...flag, defaultVariant: 'toString' }, '"toString" is not among the variants'],
    ['metadata that is a list', { ...flag, metadata: [1] }, 'metadata must be'],
    ['a value that JSON does not have', { ...flag, variants: { on: Infinity } }, 'Infinity is not JSON'],
    ['a value of no JSON type', { ...flag, variants: { on: 1n } }, 'bigint is not JSON'],
  ])('answers PARSE_ERROR for a flag with %s, and the others work', (_, bad, message) => {
    const document = { flags: { bad, good: flag } }
    const result = flagd.decode(document)
    expect(result.diagnostics).toMatchObject([{ code: 'INVALID_FLAG', path: ['flags', 'bad'] }])
    expect(result.diagnostics[0]?.message).toContain(message)
    const snapshot = snapshotOf(document)
    expect(answerOf(snapshot.evaluate('bad', {}, clock))).toEqual(malformed)
    expect(answerOf(snapshot.evaluate('good', {}, clock))).toEqual(onByDefault)
  })

  it.each([
    ['null for a flag', null, { reason: 'DEFAULT' }],
    ['an empty flag', {}, { reason: 'DEFAULT' }],
    [
      'null for everything',
      { state: null, variants: null, defaultVariant: null, metadata: null },
      { reason: 'DEFAULT' },
    ],
    ['empty text for the default', { ...flag, defaultVariant: '' }, { reason: 'DEFAULT' }],
    ['no state', { variants: { on: true }, defaultVariant: 'on' }, onByDefault],
    ['a state of other case', { ...flag, state: 'disabled' }, onByDefault],
    ['a member it does not know', { ...flag, extra: 1 }, onByDefault],
  ])('takes %s', (_, input, wanted) => {
    expect(answerOf(snapshotOf({ flags: { f: input } }).evaluate('f', {}, clock))).toEqual(wanted)
  })

  it('warns about a state that is neither', () => {
    const { diagnostics } = flagd.decode({ flags: { f: { ...flag, state: 'disabled' } } })
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'INVALID_VALUE', path: ['flags', 'f', 'state'] }])
  })

  it('lays the metadata of a flag over that of the set, and leaves out what is not flat', () => {
    const document = {
      metadata: { team: 'core', shared: 'set', nested: { a: 1 }, nothing: null },
      flags: { f: { ...flag, metadata: { shared: 'flag', list: [1], own: 1.5, ok: true } } },
    }
    const { metadata } = snapshotOf(document).evaluate('f', {}, clock)
    expect(metadata).toEqual({ team: 'core', shared: 'flag', own: 1.5, ok: true })
    expect(flagd.decode(document).diagnostics.map(({ path }) => path)).toEqual([
      ['flags', 'f', 'metadata', 'list'],
      ['metadata', 'nested'],
    ])
  })

  it('is served without metadata or evaluators that are no objects', () => {
    const result = flagd.decode({ flags: { f: flag }, metadata: 'x', $evaluators: [] })
    expect(result).toMatchObject({ ok: true, document: { metadata: {}, $evaluators: {} } })
    expect(result.diagnostics.map(({ path }) => path)).toEqual([['$evaluators'], ['metadata']])
  })

  it('keeps names that every object inherits', () => {
    const text = `{"flags":{"__proto__":{"variants":{"constructor":1},"defaultVariant":"constructor"}},"metadata":{"__proto__":"m"}}`
    const snapshot = snapshotOf(JSON.parse(text))
    const outcome = snapshot.evaluate('__proto__', {}, clock)
    expect(answerOf(outcome)).toEqual({ reason: 'STATIC', variant: 'constructor', value: 1 })
    expect(Object.entries(outcome.metadata)).toEqual([['__proto__', 'm']])
    expect(answerOf(snapshot.evaluate('toString', {}, clock)).errorCode).toBe('FLAG_NOT_FOUND')
  })
})

describe('what looks like a flagd document', () => {
  it.each([
    ['flags with variants', { flags: { f: flag } }, true],
    ['a list of flags', { flags: [{ key: 'f', ...flag }] }, true],
    ['no flags yet', { flags: {} }, true],
    ['the schema', { $schema: 'https://flagd.dev/schema/v0/flags.json', flags: null }, true],
    ['another schema', { $schema: 'https://example.com/', flags: null }, false],
    ['flags of another vendor', { flags: [{ flagKey: 'f', variations: [] }] }, false],
    ['flags that are no objects', { flags: { f: true } }, false],
    ['another document', { featureFlags: [] }, false],
    ['a list', [], false],
    ['nothing', null, false],
  ])('%s', (_, input, wanted) => {
    expect(flagd.recognises(input)).toBe(wanted)
  })
})
