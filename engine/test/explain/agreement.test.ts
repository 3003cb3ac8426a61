import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compile,
  explain,
  type EvaluatedOutcome,
  type ExplainedOutcome,
  type JsonObject,
  type Ruleset,
} from '../../src/index.js'
import { context, coreSamples, ruleset, shapesIn } from './arbitrary-ruleset.js'

const samples = coreSamples

/** Both readings draw the same numbers in the same order. */
function dice(): () => number {
  let drawn = 0
  return () => (drawn++ % 7) / 7
}

function answerOf({
  value,
  variant,
  reason,
  errorCode,
  errorDetails,
  as,
}: EvaluatedOutcome | ExplainedOutcome): object {
  return { value, variant, reason, errorCode, errorDetails, as }
}

function bothAnswers(
  document: Ruleset,
  asked: JsonObject,
  fault = (sound: Ruleset): Ruleset => sound,
): [object, object][] {
  const { snapshot } = compile(document)
  const compiledForm = compile(fault(document)).snapshot
  return snapshot.flagKeys.map((key) => {
    const compiled = compiledForm.evaluate(key, asked, { nowMs: 42, random: dice() })
    const explained = explain(snapshot, key, asked, { nowMs: 42, random: dice() })
    return [answerOf(compiled), answerOf(explained!.outcome)]
  })
}

describe('the compiled form and the interpreter', () => {
  it('agree on random rulesets and contexts, with every operator and decision shape covered', () => {
    const covered = new Set<string>()
    fc.assert(
      fc.property(ruleset(samples), fc.array(context, { minLength: 1, maxLength: 4 }), (document, contexts) => {
        shapesIn(document, covered)
        for (const asked of contexts)
          for (const [compiled, explained] of bothAnswers(document, asked)) expect(explained).toEqual(compiled)
      }),
      { numRuns: 600, seed: 20261124 },
    )
    const wanted = [
      ...samples.map(({ name }) => name),
      'rules',
      'split',
      'switch',
      'targets',
      'compute',
      'failed',
      'missing',
      'else',
    ]
    expect(wanted.filter((shape) => !covered.has(shape))).toEqual([])
  })

  it('are seen to differ when the compiler is given a fault', () => {
    const outcome = fc.check(
      fc.property(ruleset(samples), context, (document, asked) => {
        for (const [compiled, explained] of bothAnswers(document, asked, withoutClosed))
          expect(explained).toEqual(compiled)
      }),
      { numRuns: 600, seed: 20261124, endOnFailure: true },
    )
    expect(outcome.failed).toBe(true)
  })
})

/** The fault: a compiler that overlooks that an interval includes its upper bound. */
function withoutClosed(document: Ruleset): Ruleset {
  return JSON.parse(
    JSON.stringify(document, (name, value: unknown) => (name === 'closed' ? undefined : value)),
  ) as Ruleset
}

describe('an explanation', () => {
  const document: Ruleset = {
    ruleset: 1,
    dialects: [],
    segments: { gold: { name: 'Gold customers', when: ['eq', ['attr', 'plan'], 'gold'] } },
    flags: {
      f: {
        outcomes: [
          { value: 1, variant: 'one', reason: 'TARGETING_MATCH' },
          { value: 2, variant: 'two', reason: 'SPLIT' },
        ],
        decide: {
          targets: {
            rules: [{ name: 'golden', when: ['segment', 'gold'], then: 0 }],
            else: { split: ['attr', 'n'], arms: [[0, 50, 1]], else: null },
          },
        },
      },
    },
  }
  const why = (asked: JsonObject) => explain(compile(document).snapshot, 'f', asked, { nowMs: 0, random: dice() })

  it('names the rules tried, the segment with the values seen, the number and its arm', () => {
    expect(why({ plan: 'free', n: 12 })).toEqual({
      flagKey: 'f',
      outcome: { value: 2, variant: 'two', reason: 'SPLIT' },
      decision: {
        step: 'targets',
        targetingKey: null,
        assigned: false,
        then: {
          step: 'rules',
          rules: [
            {
              name: 'golden',
              matched: false,
              when: {
                operator: 'segment',
                arguments: [{ static: 'gold' }],
                value: false,
                segment: {
                  name: 'Gold customers',
                  when: {
                    operator: 'eq',
                    arguments: [
                      { operator: 'attr', arguments: [{ static: 'plan' }], value: 'free' },
                      { value: 'gold' },
                    ],
                    value: false,
                  },
                },
              },
            },
          ],
          else: {
            step: 'split',
            number: { operator: 'attr', arguments: [{ static: 'n' }], value: 12 },
            arm: { from: 0, to: 50, closed: false },
            ranges: [{ from: 0, to: 50, variant: 'two' }],
            then: { step: 'outcome', decided: 1 },
          },
        },
      },
    })
  })

  it('is null for a flag that does not exist', () => {
    expect(explain(compile(document).snapshot, 'gone', {}, { nowMs: 0, random: dice() })).toBeNull()
  })
})
