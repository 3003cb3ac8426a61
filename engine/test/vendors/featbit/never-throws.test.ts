import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, normalizeContext } from '../../../src/index.js'
import { featbit, mergePatch } from '../../../src/vendors/featbit/index.js'
import { flagEntry, message, payload, segmentEntry } from './documents.js'
import { clock } from './fixtures.js'

const names = fc.constantFrom('f', 'g', 's', 'keyId', 'name', 'plan', '__proto__', 'constructor', 'toString', '', ' ')
const ids = fc.constantFrom('yes', 'no', 'gone', '__proto__')
const anything = fc.jsonValue({ maxDepth: 3 })

/** Mostly the right thing, sometimes anything. */
function mostly<T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: anything })
}

const operators = fc.constantFrom(
  'LessThan',
  'LessEqualThan',
  'BiggerThan',
  'BiggerEqualThan',
  'Equal',
  'NotEqual',
  'Contains',
  'NotContain',
  'StartsWith',
  'EndsWith',
  'MatchRegex',
  'NotMatchRegex',
  'IsOneOf',
  'NotOneOf',
  'IsTrue',
  'IsFalse',
  'Nonsense',
)
const bound = fc.constantFrom(0, 0.25, 0.5, 0.999995, 1, 2, -1)
const conditionEntries = fc.record({
  property: mostly(fc.oneof(names, fc.constantFrom('User is in segment', 'User is not in segment'))),
  op: mostly(operators),
  value: mostly(
    fc.constantFrom('10', '', '["s"]', '["gone"]', '[1]', 'null', '(', '(?=a)', 'a+', 'Infinity', '\ud800'),
  ),
})
const rollouts = {
  dispatchKey: mostly(fc.option(names)),
  includedInExpt: mostly(fc.boolean()),
  variations: mostly(
    fc.array(
      mostly(fc.record({ id: mostly(ids), rollout: mostly(fc.tuple(bound, bound)), exptRollout: mostly(bound) })),
      { maxLength: 3 },
    ),
  ),
}
const conditions = mostly(fc.array(mostly(conditionEntries), { maxLength: 3 }))
const updatedAt = mostly(fc.constantFrom('2026-01-05T08:00:00Z', '2026-01-06T08:00:00.0000001Z', null, 'never'))
const flagEntries = fc
  .record(
    {
      key: mostly(names),
      variationType: mostly(fc.constantFrom('boolean', 'string', 'number', 'json', null)),
      variations: mostly(
        fc.array(
          fc.record({
            id: mostly(ids),
            value: mostly(fc.constantFrom('true', '-0', '{"a":-0}', '1e400', '[1e400]', '{')),
          }),
          { maxLength: 3 },
        ),
      ),
      targetUsers: mostly(
        fc.array(fc.record({ keyIds: mostly(fc.array(mostly(names))), variationId: mostly(ids) }), { maxLength: 2 }),
      ),
      rules: mostly(fc.array(mostly(fc.record({ name: mostly(names), conditions, ...rollouts })), { maxLength: 2 })),
      isEnabled: mostly(fc.boolean()),
      isArchived: mostly(fc.boolean()),
      fallthrough: mostly(fc.record(rollouts)),
      exptIncludeAllTargets: mostly(fc.boolean()),
      updatedAt,
    },
    { requiredKeys: [] },
  )
  .map(flagEntry)
const segmentEntries = fc
  .record(
    {
      id: mostly(names),
      included: mostly(fc.array(mostly(names))),
      excluded: mostly(fc.array(mostly(names))),
      rules: mostly(fc.array(mostly(fc.record({ conditions })), { maxLength: 2 })),
      isArchived: mostly(fc.boolean()),
      updatedAt,
    },
    { requiredKeys: [] },
  )
  .map(segmentEntry)
const entries = fc.tuple(
  fc.array(mostly(flagEntries), { maxLength: 5 }),
  fc.array(mostly(segmentEntries), { maxLength: 3 }),
)
const contexts = fc.dictionary(fc.oneof(names, fc.constant('targetingKey')), anything)
const options = fc.constantFrom({}, { missingAttributes: 'no-match' } as const)

describe('FeatBit documents', () => {
  it('never throw, whatever JSON they are', () => {
    const held = { eventType: 'full', featureFlags: [], segments: [] } as const
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (input) => {
        featbit.recognises(input)
        for (const candidate of [input, message(input as never)]) {
          featbit.decode(candidate)
          mergePatch(held, candidate)
        }
      }),
    )
  })

  it('are translated, compiled and evaluated without throwing, however malformed, in any context', () => {
    fc.assert(
      fc.property(entries, contexts, options, ([flags, segments], context, option) => {
        const decoded = featbit.decode(payload(flags, segments))
        if (!decoded.ok) throw new Error('a payload with both lists is a document')
        const { ruleset } = featbit.translate(decoded.document, option)
        const { snapshot } = compile(ruleset)
        for (const outcome of snapshot.evaluateAll(normalizeContext(context), clock, 'server')) {
          expect(outcome.errorCode ?? outcome.variant).toBeDefined()
          JSON.parse(outcome.ofrep('client'))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('are the same when decoded again, and the same when merged into nothing', () => {
    fc.assert(
      fc.property(entries, ([flags, segments]) => {
        const decoded = featbit.decode(payload(flags, segments))
        if (!decoded.ok) throw new Error('a payload with both lists is a document')
        expect(featbit.decode(decoded.document)).toMatchObject({ ok: true, document: decoded.document })
        const empty = { eventType: 'full', featureFlags: [], segments: [] } as const
        const merged = mergePatch(empty, { ...payload(flags, segments), eventType: 'patch' })
        expect(merged).toMatchObject({ ok: true, document: decoded.document })
      }),
    )
  })

  it('answer the same for a sound flag, whatever stands beside it', () => {
    fc.assert(
      fc.property(entries, ([flags, segments]) => {
        const sound = flagEntry({ key: 'sound' })
        const decoded = featbit.decode(payload([...flags, sound], segments))
        if (!decoded.ok) throw new Error('a payload with both lists is a document')
        const { snapshot } = compile(featbit.translate(decoded.document).ruleset)
        expect(snapshot.evaluate('sound', { targetingKey: 'u' }, clock).variant).toBe('yes')
      }),
    )
  })
})
