/**
 * One set of flags as each contender writes it: half are static, a quarter has one rule, a quarter is split in halves. Every flag is a
 * string, `the value of red` or `the value of blue`, so that an answer is as long whoever gives it.
 */

const values = { red: 'the value of red', blue: 'the value of blue' }
const suffix = '@corp.example'

/** The kinds in the order in which they come, again and again. */
const kinds = ['static', 'static', 'targeted', 'split']

/** @returns {{ key: string, kind: 'static' | 'targeted' | 'split' }[]} */
export function flagSet(size) {
  return Array.from({ length: size }, (_, index) => ({ key: `flag-${index}`, kind: kinds[index % kinds.length] }))
}

/** What a user of `@corp.example` must get; null where the hash decides, which differs from vendor to vendor. */
export function expectedValue({ kind }) {
  return { static: values.red, targeted: values.blue, split: null }[kind]
}

/** The two values that there are. */
export const possibleValues = Object.values(values)

/** A flag file of flagd, which Switchyard reads too. */
export function flagdDocument(size) {
  const targeting = {
    targeted: { if: [{ ends_with: [{ var: 'email' }, suffix] }, 'blue', null] },
    split: { fractional: [['red', 50], ['blue', 50]] }, // prettier-ignore
  }
  const flagOf = ({ kind }) => ({
    state: 'ENABLED',
    variants: values,
    defaultVariant: 'red',
    ...(kind === 'static' ? {} : { targeting: targeting[kind] }),
  })
  return { flags: Object.fromEntries(flagSet(size).map((flag) => [flag.key, flagOf(flag)])) }
}

/** A flag file of GO Feature Flag, as JSON. */
export function goffDocument(size) {
  const rules = {
    static: { defaultRule: { variation: 'red' } },
    targeted: {
      targeting: [{ query: `email ew "${suffix}"`, variation: 'blue' }],
      defaultRule: { variation: 'red' },
    },
    split: { defaultRule: { percentage: { red: 50, blue: 50 } } },
  }
  return Object.fromEntries(flagSet(size).map(({ key, kind }) => [key, { variations: values, ...rules[kind] }]))
}

/** What Unleash's server tells its proxies. Every feature is on for everybody; its value is the payload of its variant. */
export function unleashDocument(size) {
  const features = flagSet(size).map(({ key: name, kind }) => ({
    name,
    type: 'release',
    enabled: true,
    project: 'default',
    impressionData: false,
    strategies: strategiesOf(name, kind),
    variants: [],
  }))
  return { version: 2, features, segments: [] }
}

function strategiesOf(name, kind) {
  const variant = (of, weight) => ({
    name: of,
    weight,
    weightType: 'variable',
    stickiness: 'userId',
    payload: { type: 'string', value: values[of] },
  })
  const strategy = (variants, constraints = []) => ({
    name: 'flexibleRollout',
    parameters: { rollout: '100', stickiness: 'userId', groupId: name },
    constraints,
    variants,
  })
  const ofCorp = {
    contextName: 'email',
    operator: 'STR_ENDS_WITH',
    values: [suffix],
    inverted: false,
    caseInsensitive: false,
  }
  if (kind === 'static') return [strategy([variant('red', 1_000)])]
  if (kind === 'split') return [strategy([variant('red', 500), variant('blue', 500)])]
  return [strategy([variant('blue', 1_000)], [ofCorp]), strategy([variant('red', 1_000)])]
}
