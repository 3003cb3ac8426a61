/** Environments for properties: sound ones, and hostile ones. */
import fc from 'fast-check'
import { rawFlag } from './documents.js'

const variationKeys = ['control', 'treatment', 'variant-b', 'true', '100', '__proto__']
const traitKeys = ['plan', 'age', 'a.b', '', '__proto__', 'constructor', 'toString']
const texts = ['', 'a', 'pro', 'apron', '7', '18', '-1', '17.5', '1e3', '^a', 'o$']
const operators = ['equal', 'contains', 'regex', 'greater_than', 'greater_than_or_equal']

const variations = fc.array(
  fc.record({ variationKey: fc.constantFrom(...variationKeys), weight: fc.integer({ min: 0, max: 100 }) }),
  { maxLength: 5 },
)

const rules = fc.record({
  id: fc.uuid(),
  ruleType: fc.constantFrom('trait', 'segment', 'identity'),
  traitKey: fc.constantFrom(...traitKeys),
  traitValue: fc.constantFrom(...texts),
  operator: fc.constantFrom(...operators),
  negate: fc.boolean(),
  ruleVariations: fc.option(variations),
})

const flags = fc
  .record({
    flagKey: fc.string({ minLength: 1, unit: 'grapheme' }),
    useFallthrough: fc.boolean(),
    fallthroughVariations: fc.option(variations),
    rules: fc.option(fc.array(rules, { maxLength: 4 })),
  })
  .map(rawFlag)

/** What the poller could answer. */
export const soundRulesets: fc.Arbitrary<{ readonly data: readonly object[] }> = fc.record({
  data: fc.array(flags, { maxLength: 4 }),
})

const anything = fc.jsonValue({ maxDepth: 3 })

/** Mostly the right thing, sometimes anything. */
function mostly<T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: anything })
}

const hostileVariations = mostly(
  fc.array(
    mostly(
      fc.record(
        {
          variationKey: mostly(fc.constantFrom(...variationKeys)),
          weight: mostly(fc.integer({ min: -200, max: 200 })),
        },
        { requiredKeys: [] },
      ),
    ),
    { maxLength: 3 },
  ),
)

const hostileRules = fc.record(
  {
    id: mostly(fc.uuid()),
    ruleType: mostly(fc.constantFrom('trait', 'segment', 'identity')),
    traitKey: mostly(fc.constantFrom(...traitKeys, 'targetingKey')),
    traitValue: mostly(fc.constantFrom(...texts, '(', '(?=a)', 'inf', '-Infinity', 'NaN', '1e400', '\ud800')),
    operator: mostly(fc.constantFrom(...operators, 'nonsense', '__proto__')),
    negate: mostly(fc.boolean()),
    ruleVariations: hostileVariations,
  },
  { requiredKeys: [] },
)

const hostileFlags = fc
  .record(
    {
      flagKey: mostly(fc.constantFrom('f', 'g', '__proto__', 'constructor', '')),
      useFallthrough: mostly(fc.boolean()),
      fallthroughVariations: hostileVariations,
      rules: mostly(fc.array(mostly(hostileRules), { maxLength: 3 })),
    },
    { requiredKeys: [] },
  )
  .map((attributes) => rawFlag(attributes))

/** Something like an answer of the poller. The first entry is what makes it one. */
export const hostileRulesets: fc.Arbitrary<{ readonly data: readonly unknown[] }> = fc
  .array(mostly(hostileFlags), { maxLength: 4 })
  .map((entries) => ({ data: [rawFlag({ flagKey: 'sound' }), ...entries] }))

/** Attributes, with and without a targeting key. */
export const contexts: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(
  fc.constantFrom(...traitKeys, 'targetingKey'),
  fc.oneof(fc.constantFrom(...texts, 7, 18, -1, 17.5, 1_000), anything),
)
