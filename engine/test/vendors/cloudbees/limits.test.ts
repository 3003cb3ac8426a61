import { describe, expect, it } from 'vitest'
import { compile, explain } from '../../../src/index.js'
import { parse } from '../../../src/vendors/cloudbees/roxx/parse.js'
import { clock, documentOf, snapshotOf, translationOf } from './fixtures.js'

const times = (count: number, text: string): string => text.repeat(count)

/** A chain of rules, as the service writes it. */
function rules(count: number): string {
  const open = Array.from(
    { length: count },
    (_, index) => `ifThen(and(true, eq(property("p"), "${index}")), "v${index}", `,
  )
  return `${open.join('')}undefined${times(count, ')')}`
}

describe('a long chain', () => {
  it('of rules is one list of rules', () => {
    const snapshot = snapshotOf(documentOf({ f: rules(2_000) }))
    expect(snapshot.evaluate('f', { p: '1999' }, clock).value).toBe('v1999')
    expect(snapshot.evaluate('f', { p: '0' }, clock).value).toBe('v0')
    expect(snapshot.evaluate('f', { p: 'x' }, clock).reason).toBe('DEFAULT')
    expect(explain(snapshot, 'f', { p: '1999' }, clock)?.outcome.value).toBe('v1999')
  })

  it.each([
    [
      'to the left',
      (count: number) =>
        `${times(count, 'and(')}isUndefined(property("p"))${times(count, ',isUndefined(property("q")))')}`,
    ],
    [
      'to the right',
      (count: number) =>
        `${times(count, 'and(isUndefined(property("q")),')}isUndefined(property("p"))${times(count, ')')}`,
    ],
  ])('of conditions, nested %s, is one condition', (_row, chain) => {
    const snapshot = snapshotOf(documentOf({ f: chain(5_000) }))
    expect(snapshot.evaluate('f', {}, clock).value).toBe(true)
    expect(snapshot.evaluate('f', { p: 1 }, clock).value).toBe(false)
    expect(snapshot.evaluate('f', { q: 1 }, clock).value).toBe(false)
  })
})

describe('an expression beyond the limits', () => {
  it.each([
    ['nested 200,000 deep', times(200_000, 'not(')],
    ['nested 200,000 deep, with an operand', `${times(200_000, 'not ')}property("x")`],
    [
      'of alternating conditions',
      `${times(100, 'and(or(')}property("x")${times(100, ', property("y")), property("z"))')}`,
    ],
    ['of 50,001 words', times(50_001, 'true ')],
    ['of 50,000 rules', rules(50_000)],
    ['of 200,000 brackets', times(200_000, '[')],
    ['of an endless word', times(200_000, 'x')],
    ['of texts that do not end', times(200_000, '\\"')],
  ])('%s is an error of its flag alone', (_row, condition) => {
    const { snapshot } = compile(
      translationOf(documentOf({ f: condition, g: 'isInTargetGroup("t")' }, { t: condition })).ruleset,
    )
    expect(snapshot.evaluate('f', {}, clock)).toMatchObject({ errorCode: 'PARSE_ERROR' })
    expect(snapshot.evaluate('g', {}, clock).value).toBe(false)
  })

  /** [expression of that depth] */
  const nested: [string, (depth: number) => string][] = [
    ['conditions', (depth) => `${times(depth - 1, 'not(')}property("x")${times(depth - 1, ')')}`],
    ['comparisons', (depth) => `${times(depth - 1, 'ne(false, ')}property("x")${times(depth - 1, ')')}`],
    ['numbers', (depth) => `${times(depth - 1, 'lt(1, ')}property("rox.now")${times(depth - 1, ')')}`],
    [
      'percentages',
      (depth) => `${times(depth - 1, 'isInPercentage(1, ')}property("rox.distinct_id")${times(depth - 1, ')')}`,
    ],
    [
      'rules in rules',
      (depth) => `${times(depth - 1, 'ifThen(property("x"), ')}property("x")${times(depth - 1, ', "y")')}`,
    ],
  ]

  it.each(nested)('begins where 40 levels of %s end', (_row, expression) => {
    const condition = expression(40)
    const { ruleset, diagnostics } = translationOf(
      documentOf({ f: condition, g: 'isInTargetGroup("t")' }, { t: condition }),
    )
    expect([...diagnostics, ...compile(ruleset).diagnostics]).toEqual([])
    const { snapshot } = compile(ruleset)
    const context = { x: true, targetingKey: 'u' }
    const { value, errorCode } = snapshot.evaluate('f', context, clock)
    expect(errorCode).toBeUndefined()
    expect(explain(snapshot, 'f', context, clock)?.outcome.value).toBe(value)
    expect(snapshot.evaluate('g', context, clock).value).toBe(value)
    expect(parse(expression(41))).toMatchObject({ code: 'LIMIT' })
  })

  it('is read in time in proportion to its length', () => {
    const shapes: ((size: number) => string)[] = [
      (size) => times(size, 'not('),
      (size) => times(size / 10, 'and(true, "a\\"b", '),
      (size) => `inArray("x", [${times(size, '"a",')}])`,
      (size) => `"${times(size, '\\"')}`,
      (size) => `concat("a", ${times(size / 10, 'concat("b", ')}`,
      (size) => `${times(size / 10, 'or(false, ')}true`,
    ]
    for (const shape of shapes) {
      const text = shape(200_000)
      const start = performance.now()
      parse(text)
      expect(performance.now() - start).toBeLessThan(5_000)
    }
  })
})
