import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, explain, normalizeContext, seal } from '../../../src/index.js'
import { cloudbees } from '../../../src/vendors/cloudbees/index.js'
import { clock, envelopeOf } from './fixtures.js'

const names = fc.constantFrom('f', 'g', 'rox.internal.x', '__proto__', 'constructor', 'toString', '', ' ')
const anything = fc.jsonValue({ maxDepth: 3 })

/** Mostly the right thing, sometimes anything. */
function mostly<T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: anything })
}

const conditions = fc.constantFrom(
  '',
  '"true"',
  'maybe',
  'and(true',
  'not()',
  'flagValue("f")',
  'flagValue("__proto__")',
  'isInTargetGroup("g")',
  'isInTargetGroup("constructor")',
  'isInTargetGroup(property("f"))',
  'ifThen(isInPercentage(0.5, mergeSeed(property("rox.distinct_id"), "s")), b64d("w6k="), flagValue("g"))',
  'isInPercentageRange(0, 1, property("f"))',
  'inArray(property("f"), ["a", undefined, 1, true])',
  'match(property("f"), "(a+)+$", "ix")',
  'match(property("f"), "(", "q")',
  'semverLt(property("f"), "1.0")',
  'lt(tsToNum(property("rox.now")), now())',
  'concat(property("toString"), md5(property("g")))',
  'property(property("f"))',
)
const flags = mostly(fc.array(mostly(fc.record({ name: mostly(names) })), { maxLength: 2 }))
const experiments = fc.record(
  {
    _id: mostly(names),
    name: mostly(names),
    archived: mostly(fc.boolean()),
    featureFlags: flags,
    deploymentConfiguration: mostly(fc.record({ condition: mostly(conditions) })),
    labels: mostly(fc.array(mostly(names))),
    malformed: mostly(names),
  },
  { requiredKeys: ['featureFlags', 'deploymentConfiguration'] },
)
const groups = fc.record(
  { _id: mostly(names), name: mostly(names), condition: mostly(conditions) },
  { requiredKeys: ['_id'] },
)
const documents = fc.record({
  experiments: fc.array(mostly(experiments), { maxLength: 6 }),
  targetGroups: fc.array(mostly(groups), { maxLength: 4 }),
  application: mostly(names),
})
const contexts = fc.dictionary(
  fc.oneof(names, fc.constantFrom('targetingKey', 'rox.now', 'rox.distinct_id')),
  fc.oneof(anything, fc.date({ noInvalidDate: false })),
)
const options = fc.constantFrom({}, { datetimeAttributes: ['f', '__proto__'] }, { stickinessAttribute: 'constructor' })

describe('CloudBees documents', () => {
  it('never throw, whatever JSON they are', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (input) => {
        for (const candidate of [input, envelopeOf(input), { data: input }]) {
          cloudbees.recognises(candidate)
          cloudbees.decode(candidate)
        }
      }),
    )
  })

  it('are translated, compiled, evaluated and explained without throwing, however malformed, in any context', () => {
    fc.assert(
      fc.property(documents, contexts, options, (document, attributes, option) => {
        const decoded = cloudbees.decode(envelopeOf(document))
        if (!decoded.ok) throw new Error('a document with both lists is one')
        const { ruleset } = cloudbees.translate(decoded.document, option)
        const { snapshot } = compile(JSON.parse(JSON.stringify(seal(ruleset))))
        const context = normalizeContext(attributes)
        for (const outcome of snapshot.evaluateAll(context, clock, 'server')) {
          JSON.parse(outcome.ofrep('client'))
          const explained = explain(snapshot, outcome.flagKey, context, clock)?.outcome
          const { value, variant, reason, errorCode } = outcome
          expect([explained?.value, explained?.variant, explained?.reason, explained?.errorCode]).toEqual([
            value,
            variant,
            reason,
            errorCode,
          ])
        }
      }),
      { numRuns: 200 },
    )
  })

  it('are the same when decoded again', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const decoded = cloudbees.decode(envelopeOf(document))
        if (!decoded.ok) throw new Error('a document with both lists is one')
        expect(cloudbees.decode(decoded.document)).toMatchObject({ ok: true, document: decoded.document })
      }),
    )
  })

  it('answer the same for a sound flag, whatever stands beside it', () => {
    const sound = { featureFlags: [{ name: 'sound' }], deploymentConfiguration: { condition: 'property("x")' } }
    fc.assert(
      fc.property(documents, (document) => {
        const decoded = cloudbees.decode({ ...document, experiments: [...document.experiments, sound] })
        if (!decoded.ok) throw new Error('a document with both lists is one')
        const { snapshot } = compile(cloudbees.translate(decoded.document).ruleset)
        expect(snapshot.evaluate('sound', { x: 'yes' }, clock).value).toBe('yes')
      }),
    )
  })

  it('give the same answers when the context is cut down to what the flag says it reads', () => {
    fc.assert(
      fc.property(documents, contexts, options, (document, attributes, option) => {
        const decoded = cloudbees.decode(document)
        if (!decoded.ok) throw new Error('a document with both lists is one')
        const { snapshot } = compile(cloudbees.translate(decoded.document, option).ruleset)
        const context = normalizeContext(attributes)
        for (const flagKey of snapshot.flagKeys) {
          const { attributes: read, key, whole } = snapshot.reads(flagKey)
          const isRead = (name: string): boolean => whole || read.includes(name) || (key && name === 'targetingKey')
          const cut = Object.fromEntries(Object.entries(context).filter(([name]) => isRead(name)))
          const [all, some] = [context, cut].map((one) => snapshot.evaluate(flagKey, one, clock).ofrep('server'))
          expect(some).toBe(all)
        }
      }),
      { numRuns: 200 },
    )
  })
})
