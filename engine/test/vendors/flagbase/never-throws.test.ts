import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, explain, normalizeContext } from '../../../src/index.js'
import { flagbase } from '../../../src/vendors/flagbase/index.js'
import { contexts, hostileRulesets } from './arbitrary-document.js'
import { clock, decodeOrThrow } from './fixtures.js'

describe('Flagbase documents', () => {
  it('never throw, whatever JSON they are', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (input) => {
        for (const candidate of [input, { data: input }, { data: [{ type: 'raw_flag', attributes: input }] }]) {
          flagbase.recognises(candidate)
          flagbase.decode(candidate)
        }
      }),
    )
  })

  it('are translated, compiled, evaluated and explained without throwing, however malformed, in any context', () => {
    fc.assert(
      fc.property(hostileRulesets, contexts, fc.boolean(), (input, given, typedVariations) => {
        const { ruleset } = flagbase.translate(decodeOrThrow(input), { typedVariations })
        expect(JSON.parse(JSON.stringify(ruleset))).toEqual(ruleset)
        const { snapshot } = compile(ruleset)
        const context = normalizeContext(given)
        for (const outcome of snapshot.evaluateAll(context, clock, 'server')) {
          expect(outcome.errorCode ?? outcome.variant).toBeDefined()
          JSON.parse(outcome.ofrep('client'))
          const explained = explain(snapshot, outcome.flagKey, context, clock)?.outcome
          expect([explained?.variant, explained?.errorCode]).toEqual([outcome.variant, outcome.errorCode])
        }
      }),
      { numRuns: 500 },
    )
  })

  it('answer the same for a sound flag, whatever stands beside it', () => {
    fc.assert(
      fc.property(hostileRulesets, (input) => {
        const { snapshot } = compile(flagbase.translate(decodeOrThrow(input)).ruleset)
        expect(snapshot.evaluate('sound', {}, clock).variant).toBe('control')
      }),
    )
  })
})
