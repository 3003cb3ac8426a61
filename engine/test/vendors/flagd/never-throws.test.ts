import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, explain, normalizeContext, type Json } from '../../../src/index.js'
import { dialect } from '../../../src/vendors/flagd/dialect.js'
import { flagd } from '../../../src/vendors/flagd/index.js'
import { clock, decoded, select, snapshotOf } from './evaluate.js'

const names = fc.constantFrom(
  'a',
  'b',
  'list',
  'user',
  '__proto__',
  'constructor',
  'toString',
  'targetingKey',
  '',
  '$flagd',
)
const texts = fc.constantFrom(
  'a',
  'b',
  'true',
  '',
  ' ',
  '1',
  '1e999',
  '1.2.3',
  '<&>',
  '"',
  '\ud800',
  '__proto__',
  'constructor',
)
const scalars: fc.Arbitrary<Json> = fc.oneof(
  texts,
  fc.constantFrom<Json>(null, true, false, 0, -0, 1, -1, 1.5, 1e21, 1e-7, 2_147_483_648),
)
const paths = fc.array(names, { maxLength: 3 }).map((parts) => parts.join('.'))
const spelled = ['var', 'if', '?:', 'missing', 'missing_some', 'fractional', 'nope', '$ref', 'constructor', '__proto__']
const operators = fc.constantFrom(...dialect.operators.keys(), ...spelled)

/** Mostly rules that make sense to the engine, with every operator, in any number of wrong places. */
const { rule: rules } = fc.letrec<{ rule: Json }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    { weight: 3, arbitrary: scalars },
    { weight: 3, arbitrary: paths.map((path): Json => ({ var: path })) },
    { weight: 6, arbitrary: fc.tuple(operators, fc.array(tie('rule'), { maxLength: 4 })).map(call) },
    { weight: 1, arbitrary: fc.tuple(operators, tie('rule')).map(call) },
    { weight: 1, arbitrary: fc.array(tie('rule'), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(names, tie('rule'), { maxKeys: 3 }) },
  ),
}))

function call([operator, args]: readonly [string, Json]): Json {
  return Object.fromEntries([[operator, args]])
}

const values = fc.oneof(scalars, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>)
const contexts = fc.dictionary(names, fc.oneof(values, fc.array(values, { maxLength: 4 })))
const variants = fc.dictionary(texts, values, { maxKeys: 4 })
const flags = fc.record(
  {
    state: fc.constantFrom('ENABLED', 'DISABLED', 'other', 1),
    variants,
    defaultVariant: fc.oneof(texts, fc.constant(null)),
    targeting: rules,
    metadata: fc.dictionary(names, values),
  },
  { requiredKeys: [] },
)
const options = fc.constantFrom({}, { bucketing: 'legacy' } as const)

describe('flagd documents', () => {
  it('never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 4 }), (input) => {
        for (const candidate of [
          input,
          { flags: input },
          { flags: { f: input } },
          { flags: { f: { targeting: input } } },
        ]) {
          flagd.recognises(candidate)
          const result = flagd.decode(candidate)
          if (result.ok) compile(flagd.translate(result.document).ruleset)
        }
      }),
    )
  })

  it('answer with one of their variants, without one, or with an error, in any context', () => {
    fc.assert(
      fc.property(fc.dictionary(names, flags), contexts, options, (document, context, option) => {
        const snapshot = snapshotOf({ flags: document, $evaluators: { a: { var: 'a' } } }, option)
        const normal = normalizeContext(context)
        for (const outcome of snapshot.evaluateAll(normal, clock, 'server')) {
          const own = (document[outcome.flagKey]?.variants ?? {}) as object
          if (outcome.variant !== undefined) expect(Object.hasOwn(own, outcome.variant)).toBe(true)
          expect(outcome.errorCode === undefined).toBe(outcome.reason !== 'ERROR')
          JSON.parse(outcome.ofrep('client'))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are explained as they are answered', () => {
    fc.assert(
      fc.property(rules, contexts, options, (targeting, context, option) => {
        const flag = { variants: { a: 1, b: 2, true: 3, false: 4 }, defaultVariant: 'b', targeting }
        const snapshot = snapshotOf({ flags: { f: flag } }, option)
        const { reason, variant, errorCode } = snapshot.evaluate('f', normalizeContext(context), clock)
        const explained = explain(snapshot, 'f', normalizeContext(context), clock)?.outcome
        expect({ reason, variant, errorCode }).toEqual({
          reason: explained?.reason,
          variant: explained?.variant,
          errorCode: explained?.errorCode,
        })
      }),
      { numRuns: 1_000 },
    )
  })

  it('depend on nothing but what they say they read', () => {
    fc.assert(
      fc.property(rules, contexts, (targeting, context) => {
        const snapshot = snapshotOf({ flags: { f: { variants: { a: 1, true: 2, false: 3 }, targeting } } })
        const reads = snapshot.reads('f')
        const normal = normalizeContext(context)
        const kept = new Set([...reads.attributes, ...(reads.key ? ['targetingKey'] : [])])
        const rest = reads.whole
          ? normal
          : Object.fromEntries(Object.entries(normal).filter(([name]) => kept.has(name)))
        const later = reads.clock ? clock : { ...clock, nowMs: clock.nowMs + 1e9 }
        expect(snapshot.evaluate('f', rest, later)).toBe(snapshot.evaluate('f', normal, clock))
      }),
      { numRuns: 1_000 },
    )
  })

  it('translate to text that is read back as the same', () => {
    fc.assert(
      fc.property(rules, (targeting) => {
        const { ruleset } = flagd.translate(decoded({ flags: { f: { variants: { a: 1 }, targeting } } }))
        const again = JSON.parse(JSON.stringify(ruleset)) as typeof ruleset
        expect(JSON.stringify(again)).toBe(JSON.stringify(ruleset))
      }),
    )
  })
})

describe('the work of one evaluation', () => {
  const numbers = Array.from({ length: 2_000 }, (_, index) => index)

  it('is bounded for lists inside lists', () => {
    const product = { map: [{ var: 'l' }, { map: [{ var: 'm' }, 1] }] }
    // Inside map there is no outer context, so the inner list is written out.
    const inner = { map: [{ var: 'l' }, { map: [numbers, { var: '' }] }] }
    expect(select({ '!!': [product] }, { l: numbers, m: numbers })).toBe('true')
    expect(select({ '!!': [inner] }, { l: numbers })).toBe('PARSE_ERROR')
  })

  it('is bounded for long lists and texts that are walked again and again', () => {
    const walk = (haystack: Json): string | undefined => {
      const rule = { some: [{ var: 'l' }, { in: ['zzz', { var: 'haystack' }] }] }
      return select(rule, { l: numbers, haystack })
    }
    expect(walk(['a', 'b'])).toBe('false')
    expect(walk(Array.from({ length: 100_000 }, () => 'a'))).toBe('PARSE_ERROR')
    expect(walk('a'.repeat(500_000))).toBe('PARSE_ERROR')
  })

  const large = {
    l: numbers,
    text: 'a'.repeat(100_000),
    other: `${'a'.repeat(99_999)}b`,
    digits: '9'.repeat(100_000),
    path: 'a.'.repeat(50_000),
    version: `1.0.0-${'a.'.repeat(50_000)}a`,
    list: Array.from({ length: 20_000 }, () => ['a']),
    object: Object.fromEntries(numbers.map((number) => [`m${number}`, number])),
  }
  const small = {
    ...large,
    text: 'a',
    other: 'b',
    digits: '9',
    path: 'a.b',
    version: '1.0.0',
    list: [1],
    object: { a: 1, b: 2 },
  }

  it.each<[string, Json]>([
    ['texts that are compared', { '<': [{ var: 'text' }, { var: 'other' }] }],
    ['beginnings of texts', { starts_with: [{ var: 'text' }, { var: 'other' }] }],
    ['numbers that are spelled out', { '>': [{ var: 'digits' }, 1] }],
    ['parts of texts', { substr: [{ var: 'text' }, 1] }],
    ['versions', { sem_ver: [{ var: 'version' }, '=', '1.0.0'] }],
    ['versions that are computed', { sem_ver: [{ var: 'version' }, '=', { var: 'version' }] }],
    ['paths that are computed', { var: { var: 'path' } }],
    ['names that may be missing', { missing: [{ var: 'path' }] }],
    ['objects that may be empty', { '!': [{ var: 'object' }] }],
    ['objects that are true or not', { var: 'object' }],
    ['conditions that are objects', { if: [{ var: 'object' }, true, false] }],
    ['copies of objects', { set: [{ var: 'object' }, 'a', 1] }],
    ['lists of lists', { '==': [{ var: 'list' }, 1] }],
    ['seeds', { fractional: [{ var: 'text' }, ['a', 1]] }],
    ['sums', { '+': { var: 'list' } }],
  ])('is bounded for %s, once for every item of a list', (_, body) => {
    const rule = { '!!': [{ filter: [{ var: 'l' }, body] }] }
    expect(select(rule, large)).toBe('PARSE_ERROR')
    expect(select(rule, small)).toMatch(/^(true|false)$/)
  })

  it('is not bounded for one walk over a long list', () => {
    expect(select({ in: [199_999, { var: 'l' }] }, { l: Array.from({ length: 200_000 }, (_, index) => index) })).toBe(
      'true',
    )
  })

  it('does not let text grow without end', () => {
    const double = { cat: [{ var: 'accumulator' }, { var: 'accumulator' }] }
    expect(select({ '!!': [{ reduce: [{ var: 'l' }, double, 'x'] }] }, { l: numbers.slice(0, 19) })).toBe('true')
    expect(select({ '!!': [{ reduce: [{ var: 'l' }, double, 'x'] }] }, { l: numbers.slice(1, 60) })).toBe('PARSE_ERROR')
  })

  it('is finished for lists nested deeper than any stack', () => {
    let deep: Json = []
    for (let level = 0; level < 50_000; level += 1) deep = [deep]
    expect(select({ var: 'x' }, { x: deep })).toBe('PARSE_ERROR')
    expect(select({ some: [[1], { '==': [{ var: 'x' }, 1] }] }, { x: deep })).toBe('PARSE_ERROR')
  })
})
