import { describe, expect, it } from 'vitest'
import { compile, vendors } from '../../../src/index.js'
import { flagbase } from '../../../src/vendors/flagbase/index.js'
import { rawFlag, rawRule, rawRuleset, weighted } from './documents.js'
import { clock, decodeOrThrow, production, snapshotOf } from './fixtures.js'

describe('what Flagbase documents look like', () => {
  const rows: [string, unknown, boolean][] = [
    ['an answer with raw flags', production, true],
    ['the answer of an empty environment', rawRuleset(), true],
    ['an answer with errors', { errors: [{ code: 'InternalError', message: 'cannot find SDK key' }] }, false],
    ['an answer with evaluated flags', { data: [{ type: 'evaluated_flag', attributes: { flagKey: 'flag' } }] }, false],
    ['the answer about a single resource', { data: { type: 'environment', attributes: {} } }, false],
    ['a list', [rawFlag()], false],
    ['nothing', null, false],
  ]

  it.each(rows)('%s: %s', (_row, input, isOne) => {
    expect(flagbase.recognises(input)).toBe(isOne)
    expect(flagbase.decode(input).ok).toBe(isOne)
    if (!isOne) expect(flagbase.decode(input).diagnostics).toMatchObject([{ code: 'INVALID_DOCUMENT' }])
  })

  it('is not mistaken for a document of another vendor', () => {
    const found = [...vendors.values()].filter((vendor) => vendor.recognises(production))
    expect(found).toEqual([flagbase])
  })

  it('has nothing to complain about in the recorded document', () => {
    expect(flagbase.decode(production).diagnostics).toEqual([])
    expect(decodeOrThrow(production).flags).toHaveLength(16)
  })
})

describe('a malformed flag', () => {
  const broken: [string, Record<string, unknown>, string][] = [
    ['useFallthrough is missing', { useFallthrough: undefined }, 'useFallthrough'],
    ['useFallthrough is text', { useFallthrough: 'true' }, 'useFallthrough'],
    ['the variations are no list', { fallthroughVariations: {} }, 'fallthroughVariations'],
    ['a variation is text', { fallthroughVariations: ['control'] }, 'fallthroughVariations.0'],
    ['a variation has no key', { fallthroughVariations: [{ weight: 1 }] }, 'fallthroughVariations.0.variationKey'],
    ['a weight is text', { fallthroughVariations: weighted(['a', '100']) }, 'fallthroughVariations.0.weight'],
    ['a weight is a fraction', { fallthroughVariations: weighted(['a', 0.5]) }, 'fallthroughVariations.0.weight'],
    ['a weight is no 8-bit integer', { fallthroughVariations: weighted(['a', 200]) }, 'fallthroughVariations.0.weight'],
    ['the rules are an object', { rules: {} }, 'rules'],
    ["a rule's value is a number", { rules: [rawRule({ traitValue: 18 })] }, 'rules.0.traitValue'],
    ['a rule has no operator', { rules: [rawRule({ operator: undefined })] }, 'rules.0.operator'],
    ['a rule has no trait', { rules: [rawRule({ traitKey: null })] }, 'rules.0.traitKey'],
    ['negate is text', { rules: [rawRule({ negate: 'no' })] }, 'rules.0.negate'],
    [
      "a rule's weight is missing",
      { rules: [rawRule({ ruleVariations: [{ variationKey: 'a' }] })] },
      'rules.0.ruleVariations.0.weight',
    ],
  ]

  it.each(broken)('answers with an error and spoils only itself where %s', (_row, attributes, where) => {
    const input = rawRuleset(rawFlag(attributes), rawFlag({ flagKey: 'sound' }))
    const snapshot = snapshotOf(input)
    expect(snapshot.evaluate('flag', {}, clock).errorCode).toBe('PARSE_ERROR')
    expect(snapshot.evaluate('sound', {}, clock).value).toBe('control')
    const path = ['data', '0', 'attributes', ...where.split('.')]
    expect(flagbase.decode(input).diagnostics).toMatchObject([{ code: 'INVALID_FLAG', severity: 'error', path }])
  })

  it.each([
    ['is no object', 'flag'],
    ['has no attributes', { type: 'raw_flag', id: 'x' }],
    ['has no key', rawFlag({ flagKey: '' })],
    ['has a key that is no text', rawFlag({ flagKey: 7 })],
  ])('is left out where the entry %s', (_row, entry) => {
    const input = rawRuleset(entry, rawFlag({ flagKey: 'sound' }))
    expect(snapshotOf(input).flagKeys).toEqual(['sound'])
    expect(flagbase.decode(input).diagnostics).toMatchObject([{ code: 'INVALID_FLAG', path: ['data', '0'] }])
  })

  it('may leave out what Go reads as empty: rules, variations, negate, identifiers', () => {
    const { id: _id, ruleType: _type, negate: _negate, ...rule } = rawRule()
    const flag = rawFlag({ rules: [rule], fallthroughVariations: null })
    const snapshot = snapshotOf(rawRuleset(flag, rawFlag({ flagKey: 'bare', rules: undefined })))
    expect(snapshot.evaluate('flag', { plan: 'pro' }, clock).variant).toBe('treatment')
    expect(snapshot.evaluate('bare', {}, clock).variant).toBe('control')
  })
})

describe('a flag key that is there twice', () => {
  it('means the last one, and is reported', () => {
    const second = rawFlag({ fallthroughVariations: weighted(['second', 100]) })
    const input = rawRuleset(rawFlag(), second)
    expect(snapshotOf(input).evaluate('flag', {}, clock).variant).toBe('second')
    expect(flagbase.decode(input).diagnostics).toMatchObject([{ code: 'DUPLICATE_KEY', path: ['data', '1'] }])
  })
})

describe('names that every object has', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '"%s" is an ordinary flag, attribute, variation and user',
    (name) => {
      const rules = [rawRule({ traitKey: name, traitValue: 'x', ruleVariations: weighted([name, 100]) })]
      const input = JSON.parse(JSON.stringify(rawRuleset(rawFlag({ flagKey: name, rules }))))
      const { snapshot } = compile(flagbase.translate(decodeOrThrow(input), { typedVariations: true }).ruleset)
      const context = Object.fromEntries([
        [name, 'x'],
        ['targetingKey', name],
      ])
      expect(snapshot.evaluate(name, context, clock)).toMatchObject({ variant: name, as: undefined })
      expect(snapshot.evaluate(name, {}, clock).variant).toBe('control')
    },
  )

  it.each(['__proto__', 'constructor'])('"%s" is neither a flag nor an operator where there is none', (name) => {
    const rules = [rawRule({ operator: name, negate: true })]
    const snapshot = snapshotOf(rawRuleset(rawFlag({ rules })))
    expect(snapshot.evaluate(name, {}, clock).errorCode).toBe('FLAG_NOT_FOUND')
    expect(snapshot.evaluate('flag', { plan: 'x' }, clock).variant).toBe('control')
  })
})
