/** Environments and users made at random, where FeatBit's Node SDK is known to do what its evaluation server does. */
import fc from 'fast-check'
import type { Entities } from '../upstreams/fake-featbit.js'

export interface User {
  readonly keyId: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

const keys = ['u0', 'u1', 'u2', 'ann@example.com', 'Jörg', '日本', '🦊', ' padded ', 'U1'] as const
const key = fc.constantFrom(...keys)
const plan = fc.constantFrom('free', 'gold', 'platinum', 'Gold', '', 'gold plan', '日本')
const number = fc.constantFrom('0', '7', '-2.5', '18', '18.0', '1e3', ' 12 ', '+5', '.5', '5.', 'abc', '')
const truth = fc.constantFrom('true', 'TRUE', 'False', 'false', 'yes', '', ' true')

/**
 * `plan` and `country` are always there: where an attribute is missing, the Node SDK compares with what is no text, and throws at
 * most operators.
 */
export const user: fc.Arbitrary<User> = fc.record({
  keyId: key,
  name: fc.constantFrom('Ann', 'Bob', ''),
  attributes: fc.record(
    { plan, country: fc.constantFrom('de', 'fr', 'DE'), age: number, beta: truth },
    { requiredKeys: ['plan', 'country'] },
  ),
})

type Arbitrary = fc.Arbitrary<object>

function condition(
  property: fc.Arbitrary<string>,
  op: fc.Arbitrary<string | null>,
  value: fc.Arbitrary<string | null>,
) {
  return fc.record({ property, op, value })
}

const always = fc.constantFrom('plan', 'country', 'keyId', 'name')
const any = fc.constantFrom('plan', 'country', 'keyId', 'name', 'age', 'beta', 'none')
const word = fc.oneof(plan, key, fc.constantFrom('old', 'plat', 'e'))
const solid = word.filter((text) => text !== '')
const words = fc.array(solid, { maxLength: 4 }).map((list) => JSON.stringify(list))

const attributeCondition: Arbitrary = fc.oneof(
  condition(always, fc.constantFrom('Equal', 'NotEqual', 'Contains', 'NotContain', 'StartsWith', 'EndsWith'), word),
  // What is missing equals no text but the empty one.
  condition(any, fc.constantFrom('Equal', 'NotEqual'), solid),
  condition(any, fc.constantFrom('IsOneOf', 'NotOneOf'), words),
  condition(any, fc.constantFrom('LessThan', 'LessEqualThan', 'BiggerThan', 'BiggerEqualThan'), number),
  condition(any, fc.constantFrom('IsTrue', 'IsFalse'), fc.constantFrom('IsTrue', 'IsFalse', null)),
  condition(any, fc.constantFrom('Equal', 'NotEqual', 'IsOneOf', 'NotOneOf'), fc.constant(null)),
  condition(any, fc.constantFrom('equal', 'NotContains', 'BetweenThan', '', null), word),
)

const segmentIds = ['s0', 's1', 's2'] as const
const anySegments = fc.subarray([...segmentIds]).map((ids) => JSON.stringify(ids))
const segmentCondition: Arbitrary = condition(
  fc.constantFrom('User is in segment', 'User is not in segment'),
  fc.constant(null),
  fc.oneof(anySegments, fc.constant('null')),
)

const updatedAt = fc.constant('2026-01-05T08:00:00.1234567Z')

const segment = (id: string): Arbitrary =>
  fc.record({
    id: fc.constant(id),
    envId: fc.constant('e'),
    name: fc.constant(`segment ${id}`),
    included: fc.subarray([...keys], { maxLength: 3 }),
    excluded: fc.subarray([...keys], { maxLength: 2 }),
    rules: fc.array(fc.record({ id: fc.constant('r'), conditions: fc.array(attributeCondition, { maxLength: 3 }) }), {
      maxLength: 2,
    }),
    updatedAt,
    // An archived segment goes on matching, there and on the server.
    isArchived: fc.boolean(),
  })

const variationIds = ['a', 'b', 'c'] as const

/** Intervals one after the other, sometimes with a hole, sometimes nearly to the end, sometimes of nothing. */
const rollout: fc.Arbitrary<object[]> = fc
  .record({
    cuts: fc.uniqueArray(fc.constantFrom(0, 0.1, 0.25, 1 / 3, 0.5, 0.999_995, 1), { minLength: 2, maxLength: 4 }),
    order: fc.shuffledSubarray([...variationIds], { minLength: 3 }),
    share: fc.constantFrom(0, 0.05, 0.25, 1),
  })
  .map(({ cuts, order, share }) => {
    const sorted = cuts.toSorted((left, right) => left - right)
    return sorted.slice(1).map((to, index) => {
      return { id: order[index], rollout: [sorted[index] as number, to], exptRollout: share }
    })
  })

const dispatchKey = fc.constantFrom(null, '', ' ', 'keyId', 'plan', 'country', 'name')

/** The Node SDK asks the default rule whether any rule takes part in the experiment, so here they all agree. */
const targeting = fc.boolean().chain((includedInExpt) => {
  const served = { dispatchKey, includedInExpt: fc.constant(includedInExpt), variations: rollout }
  const rule = fc.record({
    id: fc.constant('r'),
    name: fc.constantFrom('first rule', 'second rule'),
    conditions: fc.array(fc.oneof({ weight: 3, arbitrary: attributeCondition }, segmentCondition), { maxLength: 3 }),
    ...served,
  })
  return fc.record({ rules: fc.array(rule, { maxLength: 3 }), fallthrough: fc.record(served) })
})

const flag = (key: string): Arbitrary =>
  fc
    .record({
      isOff: fc.constantFrom(true, false, false, false),
      targetUsers: fc.array(
        fc.record({
          keyIds: fc.subarray([...keys], { maxLength: 2 }),
          variationId: fc.constantFrom(...variationIds),
        }),
        { maxLength: 2 },
      ),
      disabledVariationId: fc.constantFrom(...variationIds, 'none'),
      exptIncludeAllTargets: fc.boolean(),
      targeting,
      updatedAt,
    })
    .map(({ isOff, targeting: { rules, fallthrough }, ...rest }) => ({
      ...rest,
      id: `id of ${key}`,
      envId: 'e',
      name: key,
      key,
      variationType: 'string',
      variations: variationIds.map((id) => ({ id, name: id, value: `value ${id}` })),
      rules,
      fallthrough,
      isEnabled: !isOff,
      tags: [],
      isArchived: false,
    }))

const flagKeys = ['checkout', 'banner-v2', 'limit', 'theme'] as const

export const environment: fc.Arbitrary<Entities> = fc.record({
  featureFlags: fc.tuple(...flagKeys.map(flag)),
  segments: fc.tuple(...segmentIds.map(segment)),
}) as fc.Arbitrary<Entities>
