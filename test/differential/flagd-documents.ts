/** flagd documents and contexts made at random, where the daemon and its JavaScript package are known to agree. */
import type { JsonObject } from '@switchyard/engine'
import fc from 'fast-check'

type Rule = fc.Arbitrary<unknown>

const plans = ['free', 'gold', 'platinum', 'a', 'b'] as const
const countries = ['CH', 'DE', 'FR', 'US'] as const
const versions = ['1', '1.2', 'v1.2.3', '1.2.3-beta.1', '1.2.3+build', '2.0.0', '10.0.0', 'none'] as const
const roles = ['admin', 'dev', 'guest'] as const

const plan = fc.constantFrom(...plans)
const number = fc.constantFrom(-2, 0, 1, 2.5, 17, 18, 30, 99)

/** `country` and `email` may be missing, the others never are: what a rule does with no number differs. */
export const context: fc.Arbitrary<JsonObject> = fc.record(
  {
    targetingKey: fc.nat(200).map((index) => `user-${index}`),
    plan,
    age: fc.constantFrom(0, 1, 17, 18, 18.5, 30, 99),
    beta: fc.boolean(),
    version: fc.constantFrom(...versions),
    roles: fc.subarray([...roles]),
    geo: fc.record({ country: fc.constantFrom(...countries), zone: fc.nat(3) }),
    country: fc.constantFrom(...countries),
    email: fc.constantFrom('ann@corp.example', 'bob@home.example', ''),
  },
  { requiredKeys: ['targetingKey', 'plan', 'age', 'beta', 'version', 'roles', 'geo'] },
) as fc.Arbitrary<JsonObject>

function variable(...paths: readonly string[]): Rule {
  return fc.constantFrom(...paths).map((path) => ({ var: path }))
}

/** `{ operator: [arguments] }` with one of the operators. */
function call(operators: readonly string[], ...args: readonly Rule[]): Rule {
  return fc.tuple(fc.constantFrom(...operators), ...args).map(([operator, ...values]) => ({ [operator]: values }))
}

const text = variable('plan', 'country', 'email', 'geo.country')
const presentText = variable('plan', 'geo.country', 'targetingKey')
const word = fc.oneof(plan, fc.constantFrom(...countries, 'ann', '.example', '@', ''))

const arithmetic: Rule = fc.oneof(
  variable('age', 'geo.zone', 'roles.length'),
  call(['+', '-', '*', 'max', 'min'], variable('age', 'geo.zone'), number),
  call(['%', '/'], variable('age', 'geo.zone'), fc.constantFrom(2, 3, 7)),
  fc.constant({
    reduce: [{ map: [[1, 2, 3], { '*': [{ var: '' }, 2] }] }, { '+': [{ var: 'current' }, { var: 'accumulator' }] }, 0],
  }),
)

const joined: Rule = fc.oneof(
  call(['cat'], presentText, fc.constantFrom('-', '/x'), presentText),
  call(['substr'], variable('plan'), fc.constantFrom(0, 1, -1, -2)),
  call(['substr'], variable('plan'), fc.constant(0), fc.constantFrom(1, 2, -1)),
)

const isRole = call(['==', '!='], fc.constant({ var: '' }), fc.constantFrom(...roles))

const comparison: Rule = fc.oneof(
  call(['==', '!=', '===', '!=='], text, word),
  call(['==', '!=', '===', '!=='], variable('beta'), fc.boolean()),
  call(['==', '==='], joined, fc.constantFrom('gold-CH', 'free-DE', 'a', 'd', 'ld', 'go', 'fre')),
  call(['==', '!=', '===', '!==', '<', '<=', '>', '>='], arithmetic, number),
  call(['<', '<='], number, variable('age'), number),
  call(['in'], text, fc.subarray<string>([...plans, ...countries])),
  call(['in'], fc.constantFrom('o', 'corp', 'C'), presentText),
  call(['in'], fc.constantFrom(...roles), variable('roles')),
  call(['starts_with', 'ends_with'], text, word),
  call(
    ['sem_ver'],
    variable('version'),
    fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '^', '~', '=='),
    fc.constantFrom(...versions),
  ),
  call(['some', 'all', 'none'], variable('roles'), isRole),
  fc.subarray(['plan', 'country', 'email', 'geo.city']).map((names) => ({ '!!': [{ missing: names }] })),
  call(['!!'], fc.constantFrom({ filter: [{ var: 'roles' }, { in: [{ var: '' }, ['dev', 'admin']] }] })),
  fc.constantFrom('isGold', 'is adult').map((name) => ({ $ref: name })),
)

const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    comparison,
    call(['and', 'or'], tie('condition'), tie('condition')),
    call(['!', '!!'], tie('condition')),
  ),
}))

const weight = fc.constantFrom(0, 1, 10, 33, 50, 100, 2_000_000)
const share = fc.tuple(fc.constantFrom('a', 'b', 'true'), weight)
const seed = fc.oneof(
  fc.constant({ cat: [{ var: '$flagd.flagKey' }, { var: 'plan' }] }),
  fc.constantFrom('', 'seed'),
  variable('plan', 'targetingKey'),
)
const fractional: Rule = fc
  .record({ seed: fc.option(seed), shares: fc.array(share, { minLength: 1, maxLength: 4 }) })
  .map(({ seed: given, shares }) => ({ fractional: given === null ? shares : [given, ...shares] }))

const result: Rule = fc.oneof(fc.constantFrom('a', 'b', null, true, 'gone'), variable('plan', 'beta'), fractional)

const targeting: Rule = fc.oneof(
  fractional,
  condition,
  fc
    .tuple(fc.array(fc.tuple(condition, result), { minLength: 1, maxLength: 3 }), fc.option(result, { nil: undefined }))
    .map(([branches, otherwise]) => ({ if: [...branches.flat(), ...(otherwise === undefined ? [] : [otherwise])] })),
  fc.constant({}),
)

const scalar = fc.constantFrom<unknown>('web', 2, true)

const flag = fc.record(
  {
    state: fc.constantFrom('ENABLED', 'ENABLED', 'ENABLED', 'ENABLED', 'ENABLED', 'ENABLED', 'DISABLED'),
    variants: fc.constantFrom(
      { a: 'A', b: 'B', true: 'yes', false: 'no' },
      { a: 1, b: 2.5, true: 3, false: 0, gold: 4 },
      { a: { deep: [1] }, b: {}, true: { yes: true }, false: { yes: false } },
      { a: true, b: false, true: true, false: false },
    ),
    defaultVariant: fc.constantFrom('a', 'b', 'false', null, ''),
    targeting,
    metadata: fc.dictionary(fc.constantFrom('owner', 'version'), scalar),
  },
  { requiredKeys: ['state', 'variants'] },
)

/** The flag keys take part in bucketing. */
export const document: fc.Arbitrary<JsonObject> = fc.record({
  flags: fc.dictionary(fc.constantFrom('checkout', 'banner-v2', 'limit', 'theme'), flag, { minKeys: 1 }),
  $evaluators: fc.constant({
    isGold: { '==': [{ var: 'plan' }, 'gold'] },
    'is adult': { '>=': [{ var: 'age' }, 18] },
  }),
  metadata: fc.dictionary(fc.constantFrom('flagSetId', 'version'), fc.constantFrom('shop', '7')),
}) as fc.Arbitrary<JsonObject>
