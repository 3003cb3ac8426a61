import { describe, expect, it } from 'vitest'
import { resolve, type FlagAnswer, type Json, type Metadata, type ValueType } from '../../src/ofrep/index.js'

function value(held: Json | undefined, metadata: Metadata = {}): FlagAnswer {
  return { kind: 'value', reason: 'STATIC', metadata, ...(held === undefined ? {} : { value: held }) }
}

const codeDefault = Symbol('the code default')
const mismatch = Symbol('TYPE_MISMATCH')

/** [row, answer, type asked for, expected] */
const rows: [string, FlagAnswer, ValueType, Json | symbol][] = [
  ['a value of the type', value(true), 'boolean', true],
  ['false', value(false), 'boolean', false],
  ['zero', value(0), 'number', 0],
  ['empty text', value(''), 'string', ''],
  ['a list as an object', value([1]), 'object', [1]],
  ['null as an object', value(null), 'object', null],
  ['null as a boolean', value(null), 'boolean', mismatch],
  ['text asked for as a number', value('5'), 'number', mismatch],
  ['a number asked for as text', value(5), 'string', mismatch],
  ['no value', value(undefined), 'string', codeDefault],
  ['a typed view instead of the value', value('x', { 'as.boolean': true }), 'boolean', true],
  ['a typed view where there is no value', value(undefined, { 'as.boolean': false }), 'boolean', false],
  ['text that is JSON', value('{"a":1}', { 'as.object': true }), 'object', { a: 1 }],
  ['text that claims to be JSON and is not', value('{', { 'as.object': true }), 'object', mismatch],
  ['text that is JSON of another type', value('10', { 'as.object': true }), 'object', 10],
  ['a number that counts as an object', value(10, { 'as.object': 'value' }), 'object', 10],
  ['false, where it counts as an object', value(false, { 'as.object': 'value' }), 'object', false],
  ['text that counts as an object', value('10', { 'as.object': 'value' }), 'object', '10'],
  ['a number that does not count as an object', value(10), 'object', mismatch],
  ['a view of the wrong type', value('x', { 'as.number': 'y' }), 'number', mismatch],
  [
    'a type for which the code default is right',
    value('x', { 'as.codeDefault': 'boolean,number' }),
    'number',
    codeDefault,
  ],
]

describe('resolving an answer as a type', () => {
  it.each(rows)('gives %s', (_row, answer, type, expected) => {
    const resolution = resolve<Json>(answer, type, 'default')
    if (expected === mismatch)
      expect(resolution).toMatchObject({ value: 'default', reason: 'ERROR', errorCode: 'TYPE_MISMATCH' })
    else if (expected === codeDefault)
      expect(resolution).toEqual({ value: 'default', reason: 'STATIC', flagMetadata: {} })
    else expect(resolution).toEqual({ value: expected, reason: 'STATIC', flagMetadata: {} })
  })

  it('carries every error code and detail, with the metadata', () => {
    const answer: FlagAnswer = {
      kind: 'error',
      errorCode: 'PARSE_ERROR',
      errorDetails: 'bad rule',
      metadata: { team: 'a' },
    }
    expect(resolve<Json>(answer, 'boolean', false)).toEqual({
      value: false,
      reason: 'ERROR',
      errorCode: 'PARSE_ERROR',
      errorMessage: 'bad rule',
      flagMetadata: { team: 'a' },
    })
  })

  it('keeps the typed views out of the metadata an application sees', () => {
    expect(resolve<Json>(value(1, { 'as.boolean': true, team: 'a' }), 'number', 0).flagMetadata).toEqual({ team: 'a' })
  })
})
