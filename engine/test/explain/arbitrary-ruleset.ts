/** Random rulesets and contexts for the property that compiler and interpreter agree. */
import fc from 'fast-check'
import type { Decision, Expr, Flag, Json, JsonObject, Outcome, Ruleset } from '../../src/index.js'

const attributes = ['plan', 'n', 'geo', 'list', 'targetingKey', 'toString', 'a.b']
const scalar: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, 1, 2.5, -1, 'gold', '', '1', 'true', 'GOLD', 'u1'),
  fc.constantFrom<Json>(
    '2.50',
    'v1.2.3-a',
    '2|1',
    '=',
    '>=',
    '2026-01-01T00:00:00Z',
    'Z29sZA==',
    'plan',
    '\ud800',
    1e21,
  ),
  fc.integer({ min: -3, max: 110 }),
)

export const context: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.constantFrom(...attributes),
  fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.array(fc.oneof(fc.array(scalar, { maxLength: 2 }), fc.dictionary(fc.constantFrom('a', 'b'), scalar)), {
      maxLength: 3,
    }),
    fc.dictionary(fc.constantFrom('country', '0', 'toString'), scalar),
  ),
  { noNullPrototype: true },
)

/** How the static arguments of an operator are made up; operators without an entry have none. */
export interface OperatorSample {
  readonly name: string
  /** A call with its value arguments made of the given expressions. */
  readonly call: (value: fc.Arbitrary<Expr>) => fc.Arbitrary<Expr>
}

function call(name: string, ...args: fc.Arbitrary<unknown>[]): fc.Arbitrary<Expr> {
  return fc.tuple(fc.constant(name), ...args) as unknown as fc.Arbitrary<Expr>
}

function callOf(name: string, args: fc.Arbitrary<unknown[]>): fc.Arbitrary<Expr> {
  return args.map((values) => [name, ...values] as unknown as Expr)
}

const name = fc.constantFrom(...attributes)
const many = (value: fc.Arbitrary<Expr>, min = 0) => fc.array(value, { minLength: min, maxLength: 4 })
const nullary = (operator: string): OperatorSample => ({ name: operator, call: () => call(operator) })
const unary = (operator: string): OperatorSample => ({ name: operator, call: (value) => call(operator, value) })
const binary = (operator: string): OperatorSample => ({ name: operator, call: (value) => call(operator, value, value) })
const lazy = (operator: string): OperatorSample => ({ name: operator, call: (value) => callOf(operator, many(value)) })

export const coreSamples: readonly OperatorSample[] = [
  { name: 'attr', call: () => call('attr', name) },
  { name: 'has', call: () => call('has', name) },
  {
    name: 'path',
    call: () =>
      callOf('path', fc.array(fc.constantFrom('geo', 'country', 'list', '0', '1'), { minLength: 1, maxLength: 3 })),
  },
  ...['key', 'now', 'random'].map(nullary),
  ...['and', 'or', 'if', 'first', 'concat'].map(lazy),
  ...['not', 'isNull', 'lower'].map(unary),
  ...['eq', 'lt', 'lte', 'gt', 'gte', 'startsWith', 'endsWith', 'contains'].map(binary),
  { name: 'fail', call: () => call('fail', fc.constant('on purpose')) },
  {
    name: 'in',
    call: (value) =>
      call(
        'in',
        value,
        fc.oneof(
          fc.array(scalar, { maxLength: 4 }).map((items) => ({ const: items })),
          fc.constantFrom(['list', 'l1'], ['list', 'gone']),
        ),
      ),
  },
  {
    name: 'matches',
    call: (value) =>
      call(
        'matches',
        value,
        fc.constantFrom('^g', 'o+', '(?=x)', 'LD$'),
        fc.constantFrom('re2', 'dotnet'),
        fc.constantFrom('search', 'prefix', 'full'),
      ),
  },
  { name: 'segment', call: () => call('segment', fc.constantFrom('s1', 's2', 'gone')) },
  {
    name: 'flag',
    call: () =>
      call(
        'flag',
        fc.constantFrom('f0', 'f1', 'gone'),
        fc.constantFrom(
          'value',
          'variant',
          'reason',
          'errorCode',
          'as.string',
          'metadata.m',
          'metadata.k',
          'metadata.s',
          'native.n',
        ),
      ),
  },
]

function expr(samples: readonly OperatorSample[], depth: number): fc.Arbitrary<Expr> {
  const leaf = fc.oneof(
    scalar as fc.Arbitrary<Expr>,
    fc.array(scalar, { maxLength: 2 }).map((value) => ({ const: value })),
    fc.constantFrom<Expr>(['attr', 'plan'], ['attr', 'n'], ['attr', 'list'], ['key']),
  )
  if (depth === 0) return leaf
  const inner = expr(samples, depth - 1)
  return fc.oneof(
    { weight: 1, arbitrary: leaf },
    ...samples.map((sample) => ({ weight: 1, arbitrary: sample.call(inner) })),
  )
}

const outcome: fc.Arbitrary<Outcome> = fc.record(
  {
    reason: fc.constantFrom('STATIC', 'TARGETING_MATCH', 'SPLIT', 'DISABLED'),
    value: scalar,
    variant: fc.constantFrom('on', 'off'),
    metadata: fc.record({ m: fc.constantFrom('x', 'y') }),
    as: fc.record({ string: fc.constantFrom('1', '2') }),
  },
  { requiredKeys: ['reason'] },
)

function computed(value: fc.Arbitrary<Expr>): fc.Arbitrary<Outcome> {
  const view = fc.constantFrom('lower', 'isNull', 'not', 'cloudbees.asBoolean', 'cloudbees.asNumber', 'flagd.variant')
  return fc.record({
    reason: fc.constant('TARGETING_MATCH' as const),
    compute: fc.record({ from: value, value: view, variant: view, boolean: view }),
  })
}

const scalarText = fc.constantFrom('gold', 'u1')

/** Few, and the same as the numbers in expressions, so that bounds are hit. */
const bound = fc.constantFrom(-1, 0, 1, 2.5, 50)

const outcomeCount = 4
const index = fc.nat(outcomeCount - 1)

function decision(value: fc.Arbitrary<Expr>, depth: number): fc.Arbitrary<Decision> {
  const leaf: fc.Arbitrary<Decision> = fc.oneof(index, fc.constant(null))
  if (depth === 0) return leaf
  const inner = decision(value, depth - 1)
  const ways = { missing: inner, else: inner }
  return fc.oneof(
    leaf,
    fc.record(
      { rules: fc.array(fc.record({ when: value, then: inner }), { maxLength: 3 }), else: inner },
      { requiredKeys: ['rules'] },
    ),
    fc.record(
      {
        split: fc.oneof(value, fc.constantFrom<Expr>(0, 1, 2.5, ['attr', 'n'])),
        arms: fc.array(fc.tuple(bound, bound, inner), {
          maxLength: 3,
        }),
        closed: fc.constant(true as const),
        ...ways,
      },
      { requiredKeys: ['split', 'arms'] },
    ),
    fc.record(
      {
        switch: value,
        cases: fc.array(fc.tuple(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), inner), { maxLength: 3 }),
        ...ways,
      },
      { requiredKeys: ['switch', 'cases'] },
    ),
    fc.record({ targets: inner }),
  ) as fc.Arbitrary<Decision>
}

export function ruleset(samples: readonly OperatorSample[]): fc.Arbitrary<Ruleset> {
  const value = expr(samples, 3)
  const flag: fc.Arbitrary<Flag> = fc.record(
    {
      outcomes: fc.array(fc.oneof({ weight: 4, arbitrary: outcome }, { weight: 1, arbitrary: computed(value) }), {
        minLength: outcomeCount,
        maxLength: outcomeCount,
      }),
      decide: decision(value, 3),
      failed: index,
      metadata: fc.record({ k: scalarText }),
    },
    { requiredKeys: ['outcomes', 'decide'] },
  )
  return fc.record({
    ruleset: fc.constant(1 as const),
    dialects: fc.constant([]),
    metadata: fc.record({ s: scalarText, k: scalarText }),
    flags: fc.record({ f0: flag, f1: flag, f2: flag }),
    segments: fc.record({ s1: fc.record({ when: value }), s2: fc.record({ when: value }) }),
    lists: fc.constant({ l1: { items: ['gold', 1, 'u1'] } }),
    targets: fc.record({ u1: fc.record({ f0: index, f2: outcome }) }),
  })
}

/** Operators and decision shapes that occur anywhere in a ruleset. */
export function shapesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) {
    if (typeof value[0] === 'string') found.add(value[0])
    for (const item of value) shapesIn(item, found)
  } else if (typeof value === 'object' && value !== null) {
    for (const [member, inner] of Object.entries(value)) {
      if (['rules', 'split', 'switch', 'targets', 'compute', 'failed', 'missing', 'else'].includes(member))
        found.add(member)
      shapesIn(inner, found)
    }
  }
  return found
}
