/** One flag evaluated in process, beside `@openfeature/flagd-core` on the same flagd document. */
import { createRequire } from 'node:module'
import { compile, seal, vendors } from '@switchyard/engine'
import { nanosecondsPerCall, ratioRow } from './measure.mjs'

const { FlagdCore } = createRequire(import.meta.url)('@openfeature/flagd-core')

const variants = { red: 'r', blue: 'b' }
const document = {
  flags: {
    static: { state: 'ENABLED', variants, defaultVariant: 'red' },
    rule: {
      state: 'ENABLED',
      variants,
      defaultVariant: 'red',
      targeting: { if: [{ ends_with: [{ var: 'email' }, '@corp.example'] }, 'blue', null] },
    },
    conditions: {
      state: 'ENABLED',
      variants,
      defaultVariant: 'red',
      targeting: {
        if: [
          {
            and: [
              { '==': [{ var: 'plan' }, 'gold'] },
              { in: [{ var: 'country' }, ['CH', 'DE', 'FR']] },
              { '>=': [{ var: 'age' }, 18] },
            ],
          },
          'blue',
          null,
        ],
      },
    },
    split: {
      state: 'ENABLED',
      variants,
      defaultVariant: 'red',
      targeting: {
        fractional: [
          ['red', 50],
          ['blue', 50],
        ],
      },
    },
  },
}

/** Of flagd-core's time. */
const limits = { static: 0.25, rule: 0.25, conditions: 0.25, split: 0.4 }

const contexts = Array.from({ length: 64 }, (_, i) => ({
  targetingKey: `user-${i}`,
  email: i % 2 === 0 ? `u${i}@corp.example` : `u${i}@other.example`,
  plan: i % 3 === 0 ? 'gold' : 'free',
  country: ['CH', 'US', 'DE'][i % 3],
  age: 10 + i,
}))

/** Rows: evaluating each kind of flag. Both sides give the same variants, or there is no row. */
export function engineRows() {
  const vendor = vendors.get('flagd')
  const decoded = vendor.decode(document)
  const { snapshot } = compile(seal(vendor.translate(decoded.document).ruleset))
  const theirs = new FlagdCore()
  theirs.setConfigurations(JSON.stringify(document))
  const clock = { nowMs: Date.now(), random: Math.random }
  return Object.keys(document.flags).map((key) => {
    for (const context of contexts) {
      const ours = snapshot.evaluate(key, context, clock).variant
      const reference = theirs.resolveStringEvaluation(key, '', context).variant
      if (ours !== reference) throw new Error(`flag ${key}: ${ours} is not ${reference}`)
    }
    let next = 0
    const { ours, reference } = nanosecondsPerCall({
      ours: () => snapshot.evaluate(key, contexts[next++ % contexts.length], clock),
      reference: () => theirs.resolveStringEvaluation(key, '', contexts[next++ % contexts.length]),
    })
    return ratioRow(`one ${key} flag, beside flagd-core`, ours, reference, { unit: 'ns', limit: limits[key] })
  })
}
