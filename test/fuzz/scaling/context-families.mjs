/** Large contexts: read, identified, and evaluated by the flags of every vendor. */
import { compile, normalizeContext, vendors } from '@switchyard/engine'
import fc from 'fast-check'
import { documents } from '../documents/documents.mjs'
import { growing } from './growing.mjs'

/** Characters or items: a body of a megabyte holds as many. */
const maxSize = 2 ** 20

// prettier-ignore
const attributes = [
  'plan', 'country', 'email', 'age', 'version', 'list', 'geo', 'date', 'beta', 'traits', 'targetingKey', 'other',
]
const kinds = Object.keys(growing)

/**
 * @param {object} relay what the relay does not show outside
 * @returns {fc.Arbitrary<import('./measure.mjs').Family>}
 */
export function contextFamilies(relay) {
  const steps = stepsOf(relay)
  const growth = fc.record({ name: fc.constantFrom(...attributes), kind: fc.constantFrom(...kinds) })
  return fc
    .record({ step: fc.constantFrom(...Object.keys(steps)), growths: fc.array(growth, { minLength: 1, maxLength: 3 }) })
    .map(({ step, growths }) => contextFamily(steps, step, growths))
}

function contextFamily(steps, step, growths) {
  return {
    name: `${step}: ${growths.map(({ name, kind }) => `${name} of ${kind}`).join(', ')}`,
    maxSize,
    prepare: (size) => {
      const large = growths.map(({ name, kind }) => [name, growing[kind](Math.ceil(size / growths.length))])
      return steps[step]({ targetingKey: 'u1', plan: 'gold', list: ['a'], ...Object.fromEntries(large) })
    },
  }
}

const origin = { engineVersion: '1', revision: '2', audience: 'server', scope: 's', state: 'fresh', streamEpoch: '' }
const environment = { nowMs: 1_767_600_000_000, random: () => 0.25 }

/** What is done with a context, each measured by itself. */
function stepsOf({ readEvaluationContext, contextValidator }) {
  return {
    normalize: (context) => () => normalizeContext({ ...context, at: undefined }),
    read: (context) => {
      const body = Buffer.from(JSON.stringify({ context }))
      return () => readEvaluationContext(body)
    },
    identify: (context) => () => contextValidator(origin, context),
    ...Object.fromEntries([...vendors.values()].map((vendor) => [`evaluate ${vendor.name}`, evaluationBy(vendor)])),
  }
}

function evaluationBy(vendor) {
  const [sample] = documents[vendor.name]
  const { snapshot } = compile(vendor.translate(vendor.decode(sample).document).ruleset)
  return (context) => () => snapshot.evaluateAll(context, environment, 'server')
}
