import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { createInliner } from '../../../src/vendors/flagd/inline-references.js'
import { flagd } from '../../../src/vendors/flagd/index.js'
import { answerOf, clock, decoded, flagWith, snapshotOf } from './evaluate.js'

function variantOf($evaluators: Record<string, Json>, targeting: Json): string | undefined {
  const outcome = snapshotOf({ $evaluators, flags: { f: flagWith(targeting) } }).evaluate('f', {}, clock)
  return outcome.errorCode ?? outcome.variant
}

describe('references', () => {
  const yes = { '==': [1, 1] }

  it.each<[title: string, evaluators: Record<string, Json>, targeting: Json, wanted: string]>([
    ['are replaced', { yes }, { if: [{ $ref: 'yes' }, 'a', 'b'] }, 'a'],
    ['may be the whole rule', { yes }, { $ref: 'yes' }, 'true'],
    ['may be literals', { a: 'a' }, { if: [true, { $ref: 'a' }] }, 'a'],
    ['may have blanks in their names', { 'a b': yes }, { $ref: 'a b' }, 'true'],
    ['may stand in evaluators', { outer: { and: [{ $ref: 'inner' }, true] }, inner: yes }, { $ref: 'outer' }, 'true'],
    ['whatever the order of those', { inner: yes, outer: { and: [{ $ref: 'inner' }] } }, { $ref: 'outer' }, 'true'],
    ['may be made twice', { yes }, { and: [{ $ref: 'yes' }, { $ref: 'yes' }] }, 'true'],
    ['need a name that exists', { yes }, { $ref: 'gone' }, 'PARSE_ERROR'],
    ['even where they are not reached', { yes }, { if: [true, 'a', { $ref: 'gone' }] }, 'PARSE_ERROR'],
    ['need a name of their own', {}, { $ref: 'constructor' }, 'PARSE_ERROR'],
    ['must not lead back', { a: { '!': { $ref: 'b' } }, b: { $ref: 'a' } }, { $ref: 'a' }, 'PARSE_ERROR'],
    ['must not be to nothing', { empty: {} }, { '!': { $ref: 'empty' } }, 'PARSE_ERROR'],
    ['are none beside another member', {}, { if: [{ $ref: 'gone', x: 1 }, 'a', 'b'] }, 'a'],
    ['are none without text', {}, { if: [false, { $ref: 5 }, 'a'] }, 'a'],
  ])('%s', (_, evaluators, targeting, wanted) => {
    expect(variantOf(evaluators, targeting)).toBe(wanted)
  })

  it('of one flag spoil that flag only', () => {
    const document = { flags: { bad: flagWith({ $ref: 'gone' }), good: flagWith('a') } }
    const { diagnostics } = flagd.translate(decoded(document))
    expect(diagnostics).toMatchObject([
      { severity: 'error', code: 'UNKNOWN_REFERENCE', path: ['flags', 'bad', 'targeting'] },
    ])
    expect(answerOf(snapshotOf(document).evaluate('good', {}, clock)).variant).toBe('a')
  })

  it('share what they lead to', () => {
    const inliner = createInliner({ yes })
    const first = inliner.inline([{ $ref: 'yes' }, 1])
    expect(first.ok && (first.rule as Json[])[0]).toBe(yes)
  })

  it('leave a rule without any as it is', () => {
    const rule = { if: [{ var: 'x' }, 'a'] }
    expect(createInliner({}).inline(rule)).toMatchObject({ ok: true, rule })
  })
})

describe('limits of a rule', () => {
  it.each<[title: string, evaluators: Record<string, Json>, targeting: Json]>([
    ['nested too deep', {}, nested(200)],
    ['nested deeper than any stack', {}, nested(100_000)],
    [
      'nested too deep by references',
      { deep: nested(100) },
      { and: [{ and: [nested(40), { $ref: 'deep' }] }, nest({ $ref: 'deep' }, 40)] },
    ],
    ['too large', {}, { merge: Array.from({ length: 60_000 }, () => 1) }],
    ['too large by references', doubling(17), { $ref: 'd0' }],
    ['references in a chain longer than any stack', chain(20_000), { $ref: 'c0' }],
    ['list operators inside each other', {}, listOperators(5)],
  ])('answers PARSE_ERROR: %s', (_, evaluators, targeting) => {
    expect(variantOf(evaluators, targeting)).toBe('PARSE_ERROR')
  })

  it('are not reached by four list operators inside each other', () => {
    expect(variantOf({}, { '!!': [listOperators(4)] })).toBe('true')
  })

  it('bound what references add to a document', () => {
    const big = { merge: Array.from({ length: 40_000 }, () => 1) }
    const flags = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`f${index + 10}`, flagWith({ '!!': [{ $ref: 'big' }] })]),
    )
    const snapshot = snapshotOf({ $evaluators: { big }, flags })
    const codes = snapshot.evaluateAll({}, clock, 'server').map(({ errorCode }) => errorCode)
    expect(codes.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => undefined))
    expect(codes.at(-1)).toBe('PARSE_ERROR')
  })
})

function nested(depth: number): Json {
  return nest(true, depth)
}

function nest(inner: Json, depth: number): Json {
  let rule = inner
  for (let level = 0; level < depth; level += 2) rule = { '!': [rule] }
  return rule
}

function doubling(count: number): Record<string, Json> {
  const rules = Array.from({ length: count }, (_, index): [string, Json] => {
    return [`d${index}`, { and: [{ $ref: `d${index + 1}` }, { $ref: `d${index + 1}` }] }]
  })
  return Object.fromEntries([...rules, [`d${count}`, true]])
}

function chain(length: number): Record<string, Json> {
  return Object.fromEntries(Array.from({ length }, (_, index) => [`c${index}`, { $ref: `c${index + 1}` }]))
}

function listOperators(depth: number): Json {
  let rule: Json = 1
  for (let level = 0; level < depth; level += 1) rule = { map: [[1], rule] }
  return rule
}
