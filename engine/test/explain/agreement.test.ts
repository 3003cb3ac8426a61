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
import { coreForms } from '../../src/explain/core-forms.js'
import { dialects } from '../../src/registry.js'
import type { Dialect } from '../../src/ruleset/dialect.js'
import { context, coreSamples, ruleset, shapesIn } from './arbitrary-ruleset.js'
import { dialectSamples } from './dialect-samples.js'

const samples = [...coreSamples, ...dialectSamples(dialects)]

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

interface Seen {
  readonly compiled: object
  readonly explained: object
  /** Names of the operators that were called, whether they gave a value or failed. */
  readonly called: ReadonlySet<string>
}

function bothAnswers(document: Ruleset, asked: JsonObject, fault = (sound: Ruleset): Ruleset => sound): Seen[] {
  const { snapshot } = compile(document)
  const compiledForm = compile(fault(document)).snapshot
  return snapshot.flagKeys.map((key) => {
    const compiled = compiledForm.evaluate(key, asked, { nowMs: 42, random: dice() })
    const explanation = explain(snapshot, key, asked, { nowMs: 42, random: dice() })!
    return {
      compiled: answerOf(compiled),
      explained: answerOf(explanation.outcome),
      called: operatorsIn(explanation.decision),
    }
  })
}

/** The operators of all the calls that a trace tells of. */
function operatorsIn(trace: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof trace !== 'object' || trace === null) return found
  if ('operator' in trace && typeof trace.operator === 'string') found.add(trace.operator)
  for (const part of Object.values(trace)) operatorsIn(part, found)
  return found
}

describe('the compiled form and the interpreter', () => {
  it('agree on random rulesets and contexts, with every operator called and every decision shape covered', () => {
    const shapes = new Set<string>()
    const called = new Set<string>()
    fc.assert(
      fc.property(ruleset(samples), fc.array(context, { minLength: 1, maxLength: 4 }), (document, contexts) => {
        shapesIn(document, shapes)
        for (const asked of contexts) {
          for (const seen of bothAnswers(document, asked)) {
            expect(seen.explained).toEqual(seen.compiled)
            for (const name of seen.called) called.add(name)
          }
        }
      }),
      { numRuns: 600, seed: 20261124 },
    )
    const all = [...coreForms.keys(), ...dialects.flatMap(operatorNames)]
    expect(all.filter((name) => !called.has(name))).toEqual([])
    const wanted = ['rules', 'split', 'switch', 'targets', 'compute', 'failed', 'missing', 'else']
    expect(wanted.filter((shape) => !shapes.has(shape))).toEqual([])
  })

  it('are seen to differ when the compiler is given a fault', () => {
    const outcome = fc.check(
      fc.property(ruleset(samples), context, (document, asked) => {
        for (const { compiled, explained } of bothAnswers(document, asked, withoutClosed))
          expect(explained).toEqual(compiled)
      }),
      { numRuns: 600, seed: 20261124, endOnFailure: true },
    )
    expect(outcome.failed).toBe(true)
  })
})

function operatorNames({ name: dialect, operators }: Dialect): string[] {
  return Array.from(operators.keys(), (name) => `${dialect}.${name}`)
}

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
            ranges: [{ from: 0, to: 50, variant: 'two', value: 2 }],
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
