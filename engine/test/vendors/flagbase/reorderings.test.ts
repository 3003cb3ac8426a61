import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findFlagbaseReorderings } from '../../../src/index.js'
import { hostileRulesets } from './arbitrary-document.js'
import { rawFlag, rawRule, rawRuleset, weighted } from './documents.js'
import { production } from './fixtures.js'

const one = rawRule({ id: 'one' })
const two = rawRule({ id: 'two', traitValue: 'free' })
const split = weighted(['control', 40], ['treatment', 60])

function pathsOf(before: unknown, now: unknown): string[] {
  return findFlagbaseReorderings(before, now).map(({ code, path }) => `${code} ${path.join('.')}`)
}

describe('what changed only in order', () => {
  /** [what the row is about, the flag before, the flag now, whether only its order changed] */
  const rows: [string, Parameters<typeof rawFlag>[0], Parameters<typeof rawFlag>[0], boolean][] = [
    ['nothing', { rules: [one, two] }, { rules: [one, two] }, false],
    ['the rules', { rules: [one, two] }, { rules: [two, one] }, true],
    ['the variations', { fallthroughVariations: split }, { fallthroughVariations: split.toReversed() }, true],
    [
      'the variations of a rule',
      { rules: [{ ...one, ruleVariations: split }] },
      { rules: [{ ...one, ruleVariations: split.toReversed() }] },
      true,
    ],
    ['the rules, and a weight', { rules: [one, two] }, { rules: [two, one], fallthroughVariations: split }, false],
    ['the rules, and a value', { rules: [one, two] }, { rules: [{ ...two, traitValue: 'team' }, one] }, false],
    ['the rules, and the switch', { rules: [one, two] }, { rules: [two, one], useFallthrough: true }, false],
    ['a rule that is there twice', { rules: [one, one, two] }, { rules: [one, two, two] }, false],
    ['identifiers of rows', { rules: [one] }, { rules: [{ ...one, id: 'another' }] }, false],
  ]

  it.each(rows)('is told of: %s', (_row, before, now, isReordered) => {
    const paths = pathsOf(rawRuleset(rawFlag(before)), rawRuleset(rawFlag(now)))
    expect(paths).toEqual(isReordered ? ['ORDER_CHANGED data.flag'] : [])
  })

  it('is told of each flag by itself, whatever else changed', () => {
    const before = rawRuleset(rawFlag({ flagKey: 'moved', rules: [one, two] }), rawFlag())
    const now = rawRuleset(rawFlag({ flagKey: 'moved', rules: [two, one] }), rawFlag({ useFallthrough: true }))
    expect(pathsOf(before, now)).toEqual(['ORDER_CHANGED data.moved'])
  })

  it('is told of the list of flags, on which no answer depends', () => {
    const { data } = production as { readonly data: readonly unknown[] }
    expect(pathsOf(production, rawRuleset(...data.toReversed()))).toEqual(['ORDER_CHANGED data'])
  })

  it('is nothing where a flag came or went', () => {
    const [a, b] = [rawFlag({ flagKey: 'a' }), rawFlag({ flagKey: 'b' })]
    expect(pathsOf(rawRuleset(a, b), rawRuleset(b))).toEqual([])
    expect(pathsOf(rawRuleset(b), rawRuleset(b, a))).toEqual([])
  })

  it('is nothing where one of the two is no ruleset', () => {
    expect(pathsOf({ errors: [] }, production)).toEqual([])
    expect(pathsOf(production, null)).toEqual([])
  })

  it('never throws, and is nothing between equal documents', () => {
    fc.assert(
      fc.property(hostileRulesets, hostileRulesets, (before, now) => {
        findFlagbaseReorderings(before, now)
        expect(findFlagbaseReorderings(now, now)).toEqual([])
      }),
    )
  })
})
