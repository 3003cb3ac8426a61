import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compile, explain, renderExplanation, type Explanation, type Flag, type JsonObject } from '../../src/index.js'
import { render } from '../../src/explain/render.js'
import { context, coreSamples, ruleset } from './arbitrary-ruleset.js'

const environment = { nowMs: 1_767_225_600_000, random: () => 0.5 }

function textOf(flag: Flag, asked: JsonObject = {}): string {
  const { snapshot } = compile({ ruleset: 1, dialects: [], flags: { f: flag } })
  return renderExplanation(explain(snapshot, 'f', asked, environment)!)
}

/** A flag that is true under one condition. */
function when(condition: NonNullable<Extract<Flag['decide'], { rules: unknown }>>['rules'][number]['when']): Flag {
  return {
    outcomes: [
      { value: true, variant: 'on', reason: 'TARGETING_MATCH' },
      { value: false, variant: 'off', reason: 'DEFAULT' },
    ],
    decide: { rules: [{ when: condition, then: 0 }], else: 1 },
  }
}

/** The lines about the condition alone. */
function linesOf(condition: Parameters<typeof when>[0], asked: JsonObject = {}): string[] {
  return textOf(when(condition), asked)
    .split('\n')
    .filter((line) => line.startsWith('    ') && !line.startsWith('    Answer'))
    .map((line) => line.slice(4))
}

describe('a rendered explanation', () => {
  it('is lines of printable text, whatever the rules and the context are', () => {
    fc.assert(
      fc.property(ruleset(coreSamples), context, (rules, asked) => {
        const { snapshot } = compile(rules)
        for (const flagKey of snapshot.flagKeys) {
          expect(renderExplanation(explain(snapshot, flagKey, asked, environment)!)).toMatch(/^(?:[^\p{Cc}]+\n)+$/u)
        }
      }),
      { numRuns: 200, seed: 20261124 },
    )
  })

  it('cannot be made to look like something else by names and values', () => {
    const hostile = 'a\n\u001b[31m\u202eevil\u0085'
    const text = textOf({
      outcomes: [{ value: hostile, variant: hostile, reason: 'TARGETING_MATCH', metadata: { [hostile]: hostile } }],
      decide: { rules: [{ name: hostile, when: ['eq', ['attr', hostile], hostile], then: 0 }], else: 0 },
    })
    expect(text).not.toMatch(/[^\P{C}\n]/u)
    expect(text).toContain('\\u001b[31m\\u202eevil\\u0085')
  })

  it('shortens long texts and lists', () => {
    const [line = ''] = linesOf([
      'in',
      ['attr', 'x'],
      { const: Array.from({ length: 12 }, (_, index) => `item-${index}`) },
    ])
    expect(line).toBe('no   x is one of "item-0", "item-1", "item-2", "item-3", "item-4" and 7 more (x: not set)')
    const [long = ''] = linesOf(['eq', ['attr', 'x'], 'y'], { x: 'z'.repeat(10_000) })
    expect(long.length).toBeLessThan(200)
    expect(long).toContain('zzz…"')
  })

  it.each<[string, Parameters<typeof when>[0], JsonObject, string[]]>([
    [
      'text where a number is wanted',
      ['gt', ['attr', 'n'], 5],
      { n: '7' },
      ['no   n is greater than 5 (n: "7"; n is no number)'],
    ],
    [
      'a number where text is wanted',
      ['contains', ['attr', 'n'], '7'],
      { n: 7 },
      ['no   n contains "7" (n: 7; n is no text)'],
    ],
    ['values of two types', ['eq', ['attr', 'n'], 7], { n: '7' }, ['no   n is 7 (n: "7"; the types differ)']],
    ['an attribute with an odd name', ['eq', ['attr', 'a b'], 1], { 'a b': 1 }, ['yes  "a b" is 1 ("a b": 1)']],
    ['a path', ['eq', ['path', 'geo', 'country'], 'CH'], {}, ['no   geo.country is "CH" (geo.country: not set)']],
    [
      'a named list',
      ['in', ['attr', 'x'], ['list', 'vips']],
      { x: 'a' },
      ['no   x is one of the list "vips" (x: "a")'],
    ],
    ['an empty list', ['in', ['attr', 'x'], { const: [] }], { x: 'a' }, ['no   x is one of an empty list (x: "a")']],
    ['the clock', ['gte', ['now'], 5], {}, ['yes  the time is at least 5 (the time: 2026-01-01T00:00:00.000Z)']],
    [
      'a pattern for the whole text',
      ['matches', ['attr', 'x'], 'a\\d', 're2', 'full'],
      { x: 'a1' },
      ['yes  x matches /a\\d/ from end to end (x: "a1")'],
    ],
    [
      'none of several',
      ['not', ['or', ['eq', ['attr', 'x'], 1], ['isNull', ['attr', 'y']]]],
      { x: 2, y: 3 },
      ['yes  none of these:', '  no   x is 1 (x: 2)', '  no   y is not set (y: 3)'],
    ],
    [
      'not all of several',
      ['not', ['and', ['eq', ['attr', 'x'], 1], ['isNull', ['attr', 'y']]]],
      { x: 2 },
      ['yes  not all of these:', '  no   x is 1 (x: 2)', '  (1 more not looked at)'],
    ],
    ['a double negation', ['not', ['not', ['eq', ['attr', 'x'], 1]]], { x: 1 }, ['yes  x is 1 (x: 1)']],
    [
      'a choice',
      ['if', ['eq', ['attr', 'x'], 1], false, ['eq', ['attr', 'x'], 2], ['has', 'y'], true],
      { x: 2 },
      [
        'no   by the first that holds:',
        '  no   x is 1 (x: 2)',
        '  yes  x is 2 (x: 2)',
        '  therefore:',
        '    y is there',
      ],
    ],
    [
      'and within a sentence',
      ['eq', ['and', ['has', 'x'], ['has', 'y']], true],
      { x: 1, y: 1 },
      ['yes  (x is there and y is there) is true'],
    ],
    ['a segment that does not exist', ['segment', 'gone'], {}, ['no   in segment "gone"']],
    [
      'a flag that does not exist',
      ['eq', ['flag', 'gone', 'variant'], 'on'],
      {},
      ['no   the variant of flag gone is "on" (the variant of flag gone: not set)'],
    ],
    ['a failure', ['eq', ['fail', 'on purpose'], 1], {}, ['fail on purpose is … (on purpose)']],
  ])('puts into words %s', (_name, condition, asked, lines) => {
    expect(linesOf(condition, asked)).toEqual(lines)
  })

  it('says what a rule that matched and did not decide did', () => {
    const flag: Flag = {
      outcomes: [{ value: 1, reason: 'DEFAULT' }],
      decide: { rules: [{ name: 'part', when: true, then: { split: ['attr', 'n'], arms: [[0, 5, 0]] } }], else: 0 },
    }
    expect(textOf(flag, { n: 7 })).toBe(`f = 1, reason DEFAULT
  Rule "part" matches:
    yes  always
    Split by n: 7 is in none of the ranges.
      n: 7
      ranges: 0 to 5 is 1
    Nothing is decided here: what comes next is tried.
  No rule decides.
  Answer: 1.
`)
  })

  it('says why a malformed flag does not work', () => {
    expect(textOf({ outcomes: [], decide: 3 })).toMatch(
      /^f fails with PARSE_ERROR: .*\n {2}The flag cannot be evaluated: .*\.\n$/,
    )
  })

  it('shows an operator that nobody has words for as a call', () => {
    const trace: Explanation = {
      flagKey: 'f',
      outcome: { reason: 'DEFAULT' },
      decision: {
        step: 'rules',
        rules: [
          {
            matched: false,
            when: {
              operator: 'later.isNear',
              arguments: [{ static: 5 }, { operator: 'attr', arguments: [{ static: 'city' }], value: 'Bern' }],
              value: false,
            },
          },
        ],
        else: { step: 'nothing' },
      },
    }
    expect(renderExplanation(trace)).toContain('    no   later.isNear(5, city) (city: "Bern")\n')
  })

  it('is of use without any words', () => {
    const { snapshot } = compile({ ruleset: 1, dialects: [], flags: { f: when(['eq', ['attr', 'x'], 1]) } })
    const text = render(explain(snapshot, 'f', { x: 1 }, environment)!, () => undefined)
    expect(text).toContain('yes  eq(attr("x"), 1)\n')
  })
})
