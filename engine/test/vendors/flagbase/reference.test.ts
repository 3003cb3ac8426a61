import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain, normalizeContext } from '../../../src/index.js'
import { isMalformed } from '../../../src/vendors/flagbase/document.js'
import { contexts, soundRulesets } from './arbitrary-document.js'
import { clock, decodeOrThrow, snapshotOf } from './fixtures.js'
import { serverAnswer } from './reference-server.js'

describe('any Flagbase environment in any context', () => {
  it('answers what the plain reading of the server answers, and explains the same', () => {
    fc.assert(
      fc.property(soundRulesets, contexts, (input, given) => {
        const context = normalizeContext(given)
        const { targetingKey, ...traits } = context
        const snapshot = snapshotOf(input)
        for (const flag of decodeOrThrow(input).flags) {
          if (isMalformed(flag)) throw new Error(`a sound flag was found malformed: ${flag.malformed}`)
          const expected = serverAnswer(flag, typeof targetingKey === 'string' ? targetingKey : '', traits)
          const { variant, metadata, errorCode } = snapshot.evaluate(flag.key, context, clock)
          expect(errorCode === undefined ? [variant, metadata['flagbaseReason']] : null).toEqual(expected)
          const explained = explain(snapshot, flag.key, context, clock)?.outcome
          expect([explained?.variant, explained?.errorCode]).toEqual([variant, errorCode])
        }
      }),
      { numRuns: 500 },
    )
  })
})
