import { describe, expect, it } from 'vitest'
import { type EvaluatedOutcome, type Json, resolveAs, type ValueType } from '../../../src/index.js'
import { evaluate } from './fixtures.js'

const none = 'TYPE_MISMATCH'
const codeDefault = 'code default'

function resolved(outcome: EvaluatedOutcome, type: ValueType): Json {
  const resolution = resolveAs(outcome, type)
  if (resolution.kind === 'value') return resolution.value
  return resolution.kind === 'codeDefault' ? codeDefault : resolution.errorCode
}

/** [result, value, boolean, string, number] */
const rows: [string, Json | undefined, Json, Json, Json][] = [
  ['true', true, true, none, none],
  ['false', false, false, none, none],
  ['"true"', true, true, 'true', none],
  ['"false"', false, false, 'false', none],
  ['b64d("dHJ1ZQ==")', 'true', true, 'true', none],
  ['"TRUE"', 'TRUE', none, 'TRUE', none],
  ['"hello"', 'hello', none, 'hello', none],
  ['""', '', none, '', none],
  ['"5"', '5', none, '5', 5],
  ['"-5"', '-5', none, '-5', -5],
  ['"-0"', '-0', none, '-0', 0],
  ['"2.5"', '2.5', none, '2.5', 2.5],
  ['"2.0"', '2.0', none, '2.0', 2],
  ['"5 apples"', '5 apples', none, '5 apples', none],
  ['"1e5"', '1e5', none, '1e5', none],
  [`"${'9'.repeat(400)}"`, '9'.repeat(400), none, '9'.repeat(400), none],
  ['5', 5, none, none, 5],
  ['2.5', 2.5, none, none, 2.5],
  ['undefined', undefined, codeDefault, codeDefault, codeDefault],
  ['["a"]', undefined, none, none, none],
  ['{"a": 1}', undefined, none, none, none],
  ['banana', undefined, 'PARSE_ERROR', 'PARSE_ERROR', 'PARSE_ERROR'],
]

describe.each(rows)('the result %s', (result, value, boolean, string, number) => {
  it('of a constant expression has its value and its readings', () => {
    const outcome = evaluate(result)
    expect(outcome.value).toEqual(value)
    expect([resolved(outcome, 'boolean'), resolved(outcome, 'string'), resolved(outcome, 'number')]).toEqual([
      boolean,
      string,
      number,
    ])
    expect(outcome.variant).toBe(value === undefined ? undefined : `${value as string | number | boolean}`)
  })
})

describe('a computed result', () => {
  const computed = rows.filter(([result]) => /^(?!b64d)["\d]|^(true|false|undefined)$/.test(result))

  it.each(computed)('that is %s has the same readings, and texts stay texts', (result, _value, ...readings) => {
    const x = result === 'undefined' ? undefined : (JSON.parse(result) as Json)
    const outcome = evaluate('property("x")', { x })
    expect(outcome.value).toEqual(x)
    expect([resolved(outcome, 'boolean'), resolved(outcome, 'string'), resolved(outcome, 'number')]).toEqual(readings)
  })

  it('is never an object', () => {
    expect(resolved(evaluate('property("x")', { x: { a: 1 } }), 'object')).toBe(codeDefault)
    expect(resolved(evaluate('"{}"'), 'object')).toBe(none)
  })
})
