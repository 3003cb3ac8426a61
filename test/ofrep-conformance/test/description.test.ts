import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeDescription, readDescription, type Json } from '../src/index.js'
import { modelDescription } from './model-server.js'

const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const isBySchema = new Ajv2020({ strictTypes: false }).compile(JSON.parse(text('../description.schema.json')) as object)

/** Every description that the README shows; one of them, by the name of its file, to show how mistakes are told. */
const blocks = [...text('../README.md').matchAll(/([^\n]*)\n\n```json\n(.*?)```/gs)]
const isOfMistakes = ({ 1: before = '' }: RegExpExecArray): boolean => before.includes('mistakes.json')
const jsonOf = ({ 2: json = '' }: RegExpExecArray): Json => JSON.parse(json) as Json
const shown = blocks.filter((block) => !isOfMistakes(block)).map(jsonOf)
const mistaken = blocks.filter(isOfMistakes).map(jsonOf)

const right: readonly (readonly [name: string, description: Json])[] = [
  ['no flags', { flags: {} }],
  ['the model server', modelDescription('http://localhost')],
  ['a flag named like a member of every object', JSON.parse('{"flags":{"__proto__":{"value":1}}}') as Json],
  ...shown.map((description, index) => [`number ${index + 1} of the README`, description] as const),
]

const flag = (value: Json): Json => ({ flags: { a: value } })
const provoke = (value: Json): Json => ({ flags: {}, provoke: value })

const wrong: readonly (readonly [description: Json, problem: string])[] = [
  [[], 'it has to be an object such as {"flags":{}}'],
  [{}, 'flags: missing; expected an object with the flags by key; it may be empty'],
  [{ flags: [] }, 'flags: expected an object, received []'],
  [
    { flags: {}, flag: {} },
    'flag: unknown; expected one of $schema, context, flags, missingFlag, provoke, otherContext, metadata, cors, eventStream',
  ],
  [{ flags: {}, context: 'user' }, 'context: expected an object, received "user"'],
  [{ flags: {}, otherContext: null }, 'otherContext: expected an object, received null'],
  [{ flags: {}, missingFlag: '' }, 'missingFlag: expected text that is not empty, received ""'],
  [
    { flags: {}, metadata: { a: [] } },
    'metadata: expected an object whose members are text, numbers, true or false, received {"a":[]}',
  ],
  [flag(true), 'flags.a: expected an object, received true'],
  [{ flags: { 'a b': {} } }, 'flags["a b"]: expected one of value, codeDefault and errorCode, received none'],
  [
    flag({ value: 1, errorCode: 'GENERAL' }),
    'flags.a: expected one of value, codeDefault and errorCode, received value and errorCode',
  ],
  [flag({ value: null }), 'flags.a.value: OFREP has no such value; expected true, false, text, a number or an object'],
  [flag({ value: [1] }), 'flags.a.value: OFREP has no such value; expected true, false, text, a number or an object'],
  [flag({ codeDefault: false }), 'flags.a.codeDefault: expected true, or "value" in its place'],
  [
    flag({ errorCode: 'FLAG_NOT_FOUND' }),
    'flags.a.errorCode: expected one of PARSE_ERROR, TARGETING_KEY_MISSING, INVALID_CONTEXT, GENERAL, received "FLAG_NOT_FOUND"',
  ],
  [flag({ errorCode: 'GENERAL', variant: 'on' }), 'flags.a.variant: unknown; expected one of errorCode, context, bulk'],
  [
    flag({ value: 1, varient: 'on' }),
    'flags.a.varient: unknown; expected one of value, codeDefault, variant, reason, metadata, context, bulk',
  ],
  [flag({ value: 1, bulk: 'no' }), 'flags.a.bulk: expected true or false, received "no"'],
  [
    provoke({ rateLimited: { attempts: 0 } }),
    'provoke.rateLimited.attempts: expected a whole number from 1 to 1000, received 0',
  ],
  [
    provoke({ forbidden: { headers: { a: 1 } } }),
    'provoke.forbidden.headers: expected an object whose members are text, received {"a":1}',
  ],
  [
    provoke({ change: {} }),
    'provoke.change.url: missing; expected the address that makes a flag change, such as "http://localhost/change"',
  ],
  [provoke({ change: { url: '/change' } }), 'provoke.change.url: expected an http or https URL, received "/change"'],
  [provoke({ crash: {} }), 'provoke.crash: unknown; expected one of forbidden, rateLimited, serverError, change'],
  [{ flags: {}, cors: {} }, 'cors.origin: missing; expected an origin that is allowed, such as "https://app.example"'],
  [
    { flags: {}, cors: { origin: 'https://app.example/' } },
    'cors.origin: expected an origin: scheme, host and perhaps port, without a slash at the end, received "https://app.example/"',
  ],
  [
    { flags: {}, eventStream: { heartbeatWithinMs: 1.5 } },
    'eventStream.heartbeatWithinMs: expected a whole number from 1 to 600000, received 1.5',
  ],
]

describe('a description', () => {
  it('is refused where the README says so', () => {
    expect(mistaken.map((description) => decodeDescription(description).ok)).toEqual([false])
  })

  it.each(right)('is read, and fits its schema: %s', (_, description) => {
    expect(decodeDescription(description)).toMatchObject({ ok: true })
    expect(isBySchema(description) || isBySchema.errors).toBe(true)
  })

  it.each(wrong)('is refused, and by its schema: %j', (description, problem) => {
    expect(decodeDescription(description)).toEqual({ ok: false, problems: [problem] })
    expect(isBySchema(description)).toBe(false)
  })

  it('is refused with everything that is wrong', () => {
    const decoded = readDescription('{"flags":{"a":{},"b":{"value":null}},"x":1}')
    expect(decoded.ok ? [] : decoded.problems.map((problem) => problem.split(':')[0])).toEqual([
      'flags.a',
      'flags.b.value',
      'x',
    ])
  })

  it('is refused where the missing flag is described', () => {
    const problem = 'missingFlag: the flag "a" is described under "flags"'
    expect(decodeDescription({ flags: { a: { value: 1 } }, missingFlag: 'a' })).toEqual({
      ok: false,
      problems: [problem],
    })
  })

  it('is refused where it is not JSON', () => {
    expect(readDescription('{"flags":')).toEqual({ ok: false, problems: [expect.stringMatching(/^it is not JSON: /)] })
  })

  it.each([
    [true, 'boolean'],
    ['', 'string'],
    [-0, 'integer'],
    [0.5, 'float'],
    [{}, 'object'],
  ])('tells the kind of a flag by its value: %j', (value, kind) => {
    expect(decodeDescription({ flags: { a: { value } } })).toMatchObject({ description: { flags: [{ kind }] } })
  })

  it('gives flags the context of all where they have none of their own', () => {
    const decoded = decodeDescription({
      context: { a: 1 },
      flags: { a: { value: 1 }, b: { value: 1, context: { b: 2 } } },
    })
    expect(decoded).toMatchObject({ description: { flags: [{ context: { a: 1 } }, { context: { b: 2 } }] } })
  })
})
