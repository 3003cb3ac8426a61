import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compile,
  explain,
  redactExplanation,
  renderExplanation,
  type Json,
  type JsonObject,
  type Ruleset,
} from '../../src/index.js'
import { context, coreSamples, ruleset } from './arbitrary-ruleset.js'

const environment = { nowMs: 1_767_225_600_000, random: () => 0.5 }

/** Of characters that no operator, reason or name has, so that finding them anywhere is finding a secret. */
const secret = fc.string({ unit: fc.constantFrom('Ж', 'Щ', 'ю', '☃'), minLength: 3, maxLength: 6 })
const secrets = fc.tuple(secret, secret, secret, secret, secret)

/** Puts the secrets in the place of the texts of a document or a context: of constants, variants, names, metadata. */
function withSecrets<Given>(given: Given, [a, b, c, d, e]: readonly string[]): Given {
  const places: Readonly<Record<string, string | undefined>> = {
    gold: a,
    GOLD: b,
    1: c,
    on: `${a}${d}`,
    off: b,
    x: c,
    u1: d,
    true: e,
    'on purpose': `${e}!`,
    '^g': a,
  }
  return JSON.parse(
    JSON.stringify(given, (_, value: unknown) => (typeof value === 'string' ? (places[value] ?? value) : value)),
  ) as Given
}

function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

describe('a redacted explanation', () => {
  it('holds no text of the context of three characters or more, whatever the rules and the context are', () => {
    let hidden = 0
    fc.assert(
      fc.property(ruleset(coreSamples), context, secrets, (plainRules, plainContext, texts) => {
        const asked = withSecrets(plainContext, texts)
        const { snapshot } = compile(withSecrets(plainRules, texts))
        for (const flagKey of snapshot.flagKeys) {
          const explanation = explain(snapshot, flagKey, asked, environment)!
          const redacted = redactExplanation(explanation, asked)
          const shown = `${JSON.stringify(redacted)}${renderExplanation(redacted)}`
          for (const text of textsIn(asked).filter(({ length }) => length >= 3)) {
            if (JSON.stringify(explanation).includes(text)) hidden += 1
            expect(shown).not.toContain(text)
          }
        }
      }),
      { numRuns: 600, seed: 20261124 },
    )
    expect(hidden).toBeGreaterThan(200)
  })

  it('keeps the way of the decision, and which values were there', () => {
    fc.assert(
      fc.property(ruleset(coreSamples), context, (rules, asked) => {
        const { snapshot } = compile(rules)
        for (const flagKey of snapshot.flagKeys) {
          const explanation = explain(snapshot, flagKey, asked, environment)!
          expect(shapeOf(redactExplanation(explanation, {}))).toEqual(shapeOf(explanation))
        }
      }),
      { numRuns: 100, seed: 20261124 },
    )
  })

  const document: Ruleset = {
    ruleset: 1,
    dialects: ['featbit'],
    segments: { s: { name: 'Friends of ada@example.com', when: ['eq', ['attr', 'plan'], 'gold'] } },
    flags: {
      f: {
        outcomes: [{ value: 'gold', variant: 'shiny', reason: 'SPLIT', metadata: { for: 'gold customers', n: 1 } }],
        decide: {
          targets: {
            rules: [
              { name: 'old', when: ['gte', ['attr', 'age'], 65], then: 0 },
              { name: 'there', when: ['eq', ['attr', 'country'], 'CH'], then: 0 },
              {
                when: ['and', ['eq', ['attr', 'beta'], true], ['segment', 's']],
                then: { split: ['featbit.bucket', 'f', ['key']], arms: [[0, 1, 0]] },
              },
            ],
          },
        },
      },
    },
  }
  const asked: JsonObject = { targetingKey: 'ada@example.com', plan: 'gold', age: 36, beta: true, tags: ['a'] }

  it('keeps what a ticket needs: names, conditions, what is not set, and the bucket', () => {
    const explanation = explain(compile(document).snapshot, 'f', asked, environment)!
    expect(renderExplanation(redactExplanation(explanation, asked))).toBe(`f = <string>, variant shiny, reason SPLIT
  metadata: for <string>, n 1
  Individual assignment: none for targeting key <string>.
  Rule "old" does not match:
    no   age is at least 65 (age: <number>)
  Rule "there" does not match:
    no   country is "CH" (country: not set)
  Rule 3 matches:
    yes  beta is true (beta: <boolean>)
    yes  in segment <string>
      yes  plan is <string> (plan: <string>)
    Split by bucket: 0.351109794806689 is in the range from 0 to below 1.
      targeting key: <string>
      bucket: 0.351109794806689 from MD5 of <string>
      ranges: 0 to 1 is shiny (<string>)
    Answer: variant shiny.
`)
  })

  it('shows of a computed answer its type', () => {
    const computed: Ruleset = {
      ruleset: 1,
      dialects: [],
      flags: {
        f: {
          outcomes: [
            { reason: 'TARGETING_MATCH', compute: { from: ['attr', 'plan'], value: 'lower', variant: 'lower' } },
          ],
          decide: 0,
        },
      },
    }
    const explanation = explain(compile(computed).snapshot, 'f', { plan: 'VIP' }, environment)!
    expect(explanation.outcome).toMatchObject({ value: 'vip', variant: 'vip' })
    expect(redactExplanation(explanation, { plan: 'VIP' }).outcome).toMatchObject({
      value: '<string>',
      variant: '<string>',
    })
  })
})

/** A trace with its values left out, as far as there are any. */
function shapeOf(value: unknown): unknown {
  const values = new Set(['value', 'static', 'targetingKey', 'hashInput', 'variant', 'as', 'metadata'])
  return JSON.parse(
    JSON.stringify(value, (name, inner: unknown) => (values.has(name) && inner != null ? 'something' : inner)),
  )
}
