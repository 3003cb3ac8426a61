/** Environment documents and identities made at random, where the vendor's engines are known to agree with each other. */
import fc from 'fast-check'

export interface Identity {
  readonly identifier: string
  readonly traits: Readonly<Record<string, string | number | boolean>>
}

const comparisons = ['EQUAL', 'GREATER_THAN', 'GREATER_THAN_INCLUSIVE', 'LESS_THAN', 'LESS_THAN_INCLUSIVE'] as const

const plans = ['free', 'gold', 'platinum', 'plat', 'Gold plan'] as const
const versions = ['1.9.9', '2.0.0-rc.1', '2.0.0', '2.0.0+build.7', '2.10.1'] as const

const plan = fc.constantFrom(...plans)
const age = fc.integer({ min: 1, max: 99 })
const ratio = fc.constantFrom(0.25, 1.5, 2.75)
const version = fc.constantFrom(...versions)

/** Some of them have overrides in the documents. Each trait is of one type. */
export const identity: fc.Arbitrary<Identity> = fc.record({
  identifier: fc.constantFrom('u0', 'u1', 'u2', 'u3', 'ann@example.com', 'Jörg', '日本'),
  traits: fc.record({ plan, age, ratio, beta: fc.boolean(), version }, { requiredKeys: [] }),
})

type Condition = { readonly operator: string; readonly property_: string | null; readonly value: string | null }

function condition(
  operator: fc.Arbitrary<string>,
  property: string,
  value: fc.Arbitrary<string>,
): fc.Arbitrary<Condition> {
  return fc.record({ operator, property_: fc.constant(property), value })
}

const comparison = fc.constantFrom(...comparisons)
const comparisonOrNot = fc.constantFrom(...comparisons, 'NOT_EQUAL')

const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  condition(comparisonOrNot, 'plan', plan),
  condition(comparisonOrNot, '$.identity.traits.plan', plan),
  condition(comparisonOrNot, 'age', age.map(String)),
  condition(comparisonOrNot, 'ratio', ratio.map(String)),
  condition(fc.constantFrom('EQUAL', 'NOT_EQUAL'), 'beta', fc.constantFrom('true', 'false', 'True', 'False', '1')),
  condition(
    comparison,
    'version',
    version.map((text) => `${text}:semver`),
  ),
  condition(fc.constantFrom('CONTAINS', 'NOT_CONTAINS'), 'plan', fc.constantFrom('plat', 'old', 'x')),
  condition(fc.constant('REGEX'), 'plan', fc.constantFrom('^g.*d$', '^(?:free|plat)$', '^[A-Z]\\w+ ', '^x+')),
  condition(fc.constant('MODULO'), 'age', fc.constantFrom('2|0', '7|3', '10|1')),
  condition(fc.constant('IN'), 'plan', fc.constantFrom('free,gold', '["plat","platinum"]', 'Gold plan')),
  condition(fc.constant('IN'), 'age', fc.constantFrom('1,2,3,40,41,42', '18')),
  condition(fc.constant('IN'), '$.identity.identifier', fc.constantFrom('u1,u3', '日本')),
  condition(fc.constantFrom('IS_SET', 'IS_NOT_SET'), 'version', fc.constant('')),
  condition(comparisonOrNot, '$.environment.name', fc.constantFrom('Production', 'Staging')),
  fc.record({
    operator: fc.constant('PERCENTAGE_SPLIT'),
    property_: fc.constantFrom('', null, '$.identity.key', '$.identity.identifier'),
    value: fc.constantFrom('0', '12.5', '50', '99.9', '100'),
  }),
)

const ruleType = fc.constantFrom('ALL', 'ANY', 'NONE')

function rules(depth: number): fc.Arbitrary<unknown[]> {
  const nested = depth === 0 ? fc.constant([]) : rules(depth - 1)
  const rule = fc.record({ type: ruleType, conditions: fc.array(anyCondition, { maxLength: 3 }), rules: nested })
  return fc.array(rule, { minLength: depth === 2 ? 0 : 1, maxLength: 2 })
}

const value = fc.constantFrom(null, '', 'text', '1.5', '{"a":1}', 0, 7, true, false)

const option = fc.record({
  id: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(null)),
  mv_fs_value_uuid: fc.constantFrom('a75a8a6d-b113-49fc-a035-b4a7da8c7b18', '26b7f1ff-d649-9ab8-ac8a-b757d48ca0a0'),
  multivariate_feature_option: fc.record({ value: fc.constantFrom('a', 'b', 5, true) }),
  percentage_allocation: fc.constantFrom(0, 10, 20, 33.3, 25.5),
})

const featureNames = ['banner', 'limit', 'theme', 'checkout'] as const

function featureState(name: fc.Arbitrary<string>, more: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  return fc
    .record({
      name,
      enabled: fc.boolean(),
      feature_state_value: value,
      django_id: fc.constantFrom(71, 72, 100_003, null),
      featurestate_uuid: fc.constantFrom(
        '83e4b178-9306-43d1-a991-40df3827d600',
        '271559ec-2526-4bb9-ab2a-d7fd8b4cf71a',
      ),
      feature_segment: fc.constant(null),
      multivariate_feature_state_values: fc.array(option, { maxLength: 3 }),
      ...more,
    })
    .map(({ name: feature, ...state }) => ({
      ...state,
      feature: {
        id: featureNames.indexOf(feature as (typeof featureNames)[number]) + 1,
        name: feature,
        type: 'STANDARD',
      },
    }))
}

const anyFeature = fc.constantFrom(...featureNames)

/** An identity is given a value, or one option of a multivariate feature, which then has all the weight. */
const assigned = fc.oneof(
  fc.constant([]),
  option.map((one) => [{ ...one, percentage_allocation: 100 }]),
)

const identityOverride = (identifier: string): fc.Arbitrary<object> =>
  fc.record({
    identifier: fc.constant(identifier),
    identity_features: fc.uniqueArray(
      featureState(anyFeature, { multivariate_feature_state_values: assigned }) as fc.Arbitrary<{
        feature: { id: number }
      }>,
      { maxLength: 3, selector: ({ feature }) => feature.id },
    ),
  })

/** Segment ids ascend: the Node SDK settles ties by id, the vendor's other engines by the document's order. */
const segments = fc
  .array(
    fc.record({
      rules: rules(2),
      feature_states: fc.array(
        featureState(anyFeature, {
          feature_segment: fc.oneof(fc.constant(null), fc.record({ priority: fc.constantFrom(0, 1, 1, 2) })),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 6 },
  )
  .map((found) => found.map((segment, index) => ({ id: index + 11, name: `segment ${index}`, ...segment })))

/** A whole environment document. */
export const environmentDocument: fc.Arbitrary<object> = fc
  .record({
    segments,
    feature_states: fc.tuple(...featureNames.map((name) => featureState(fc.constant(name), {}))),
    identity_overrides: fc.tuple(identityOverride('u0'), identityOverride('u1'), identityOverride('u2')),
  })
  .map(({ segments: found, ...rest }) => ({
    ...rest,
    id: 1,
    api_key: 'client-key',
    name: 'Production',
    project: {
      id: 1,
      name: 'Project',
      hide_disabled_flags: false,
      organisation: {
        id: 1,
        name: 'Org',
        feature_analytics: false,
        stop_serving_flags: false,
        persist_trait_data: true,
      },
      segments: found,
    },
  }))
