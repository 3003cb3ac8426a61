import { describe, expect, it } from 'vitest'
import type { Expr, JsonObject } from '../../src/index.js'
import { isTrue } from './evaluate.js'

const c = (value: unknown): Expr => ({ const: value }) as Expr

/** [row, condition, context, expected] */
const rows: [string, Expr, JsonObject, boolean][] = [
  ['eq is true for the same text', ['eq', ['attr', 'plan'], 'gold'], { plan: 'gold' }, true],
  ['eq never coerces text to a number', ['eq', ['attr', 'n'], 1], { n: '1' }, false],
  ['eq of null and null is false', ['eq', ['attr', 'gone'], null], {}, false],
  ['eq of objects is false', ['eq', ['attr', 'o'], c({})], { o: {} }, false],
  ['lt compares numbers', ['lt', ['attr', 'n'], 2], { n: 1 }, true],
  ['lt has no order of text', ['lt', ['attr', 'n'], 'b'], { n: 'a' }, false],
  ['lte includes the bound', ['lte', ['attr', 'n'], 2], { n: 2 }, true],
  ['gt excludes the bound', ['gt', ['attr', 'n'], 2], { n: 2 }, false],
  ['gte includes the bound', ['gte', ['attr', 'n'], 2], { n: 2 }, true],
  ['startsWith asks for text', ['startsWith', ['attr', 'n'], '1'], { n: 12 }, false],
  ['startsWith finds a prefix', ['startsWith', ['attr', 'n'], 'ab'], { n: 'abc' }, true],
  ['endsWith finds a suffix', ['endsWith', ['attr', 'n'], 'bc'], { n: 'abc' }, true],
  ['contains finds a part', ['contains', ['attr', 'n'], 'b'], { n: 'abc' }, true],
  ['lower folds case without a locale', ['eq', ['lower', ['attr', 'n']], 'i'], { n: 'I' }, true],
  ['lower of a number is null', ['isNull', ['lower', ['attr', 'n']]], { n: 1 }, true],
  ['concat joins texts', ['eq', ['concat', ['attr', 'a'], '-', ['attr', 'b']], 'x-y'], { a: 'x', b: 'y' }, true],
  ['concat with anything but text is null', ['isNull', ['concat', 'x', ['attr', 'n']]], { n: 1 }, true],
  ['in finds by type and value', ['in', ['attr', 'n'], c(['1', 2])], { n: 2 }, true],
  ['in does not coerce', ['in', ['attr', 'n'], c(['1', 2])], { n: 1 }, false],
  ['in never finds null', ['in', ['attr', 'gone'], c([null])], {}, false],
  ['not turns everything but true into true', ['not', ['attr', 'n']], { n: 'true' }, true],
  ['and of nothing is true', ['and'], {}, true],
  ['or of nothing is false', ['or'], {}, false],
  ['and wants true itself', ['and', ['attr', 'n'], true], { n: 1 }, false],
  ['or finds a later true', ['or', ['attr', 'a'], ['attr', 'b'], ['attr', 'c']], { c: true }, true],
  ['if takes the first true condition', ['eq', ['if', false, 1, ['attr', 't'], 2, 3], 2], { t: true }, true],
  ['if falls to its else', ['eq', ['if', false, 1, 3], 3], {}, true],
  ['if without else is null', ['isNull', ['if', false, 1]], {}, true],
  ['first skips null', ['eq', ['first', ['attr', 'a'], ['attr', 'b']], 0], { b: 0 }, true],
  ['has tells present null from missing', ['has', 'a'], { a: null }, true],
  ['has is false for a missing member', ['has', 'a'], {}, false],
  ['attr reads a name with a dot as it is', ['eq', ['attr', 'a.b'], 1], { 'a.b': 1, a: { b: 2 } }, true],
  ['attr reads own members only', ['isNull', ['attr', 'constructor']], {}, true],
  ['attr reads an own member named like an inherited one', ['eq', ['attr', 'toString'], 'x'], { toString: 'x' }, true],
  ['path walks members and indexes', ['eq', ['path', 'a', '1', 'b'], 7], { a: [0, { b: 7 }] }, true],
  ['path does not read the length of a list', ['isNull', ['path', 'a', 'length']], { a: [1] }, true],
  ['key is the targeting key', ['eq', ['key'], 'u'], { targetingKey: 'u' }, true],
  ['key may be empty text', ['eq', ['key'], ''], { targetingKey: '' }, true],
  ['key of another type is null', ['isNull', ['key']], { targetingKey: 5 }, true],
  ['now is the clock of the evaluation', ['eq', ['now'], Date.UTC(2026, 0, 1)], {}, true],
  ['random is the chance of the evaluation', ['lt', ['random'], 0.3], {}, true],
  ['matches searches', ['matches', ['attr', 's'], 'b+', 're2'], { s: 'abbc' }, true],
  ['matches can want a prefix', ['matches', ['attr', 's'], 'b+', 're2', 'prefix'], { s: 'abbc' }, false],
  ['matches can want the whole text', ['matches', ['attr', 's'], 'ab+c', 're2', 'full'], { s: 'abbc' }, true],
  ['matches of a number is false', ['matches', ['attr', 's'], '1', 're2'], { s: 1 }, false],
]

describe('core operators', () => {
  it.each(rows)('%s', (_row, when, context, expected) => {
    expect(isTrue(when, context)).toBe(expected)
  })

  it('finds members of a named list', () => {
    const lists = { vip: { items: ['u1', 7] } }
    expect(isTrue(['in', ['key'], ['list', 'vip']], { targetingKey: 'u1' }, { lists })).toBe(true)
    expect(isTrue(['in', ['key'], ['list', 'vip']], { targetingKey: 'u2' }, { lists })).toBe(false)
    expect(isTrue(['in', ['key'], ['list', 'gone']], { targetingKey: 'u1' }, { lists })).toBe(false)
  })

  it('matches in linear time where a backtracking engine would hang', () => {
    expect(isTrue(['matches', ['attr', 's'], '(a+)+$', 're2'], { s: `${'a'.repeat(5000)}b` })).toBe(false)
  })
})
