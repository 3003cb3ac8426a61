import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain, type Json, normalizeContext, seal } from '../../../src/index.js'
import { parse } from '../../../src/vendors/cloudbees/roxx/parse.js'
import { tokenize } from '../../../src/vendors/cloudbees/roxx/tokenize.js'
import { anyText, clock, documentOf, evaluate, resultOf, snapshotOf, translationOf, underTest } from './fixtures.js'
import { type Answer, run } from './stack-machine.js'

describe('the words of an expression', () => {
  /** [expression, words; texts are quoted] */
  const rows: [string, string, string[]][] = [
    [
      'parentheses, commas, colons and blanks separate and mean nothing',
      'and(true,\t:\r\n true)',
      ['and', 'true', 'true'],
    ],
    ['a text ends at the next quote', '"a,b) [c]" d', ['"a,b) [c]"', 'd']],
    ['an escaped quote does not end it, and both characters stay', '"say \\"hi\\"" d', ['"say \\"hi\\""', 'd']],
    ['nothing else is escaped', '"\\d\\n" d', ['"\\d\\n"', 'd']],
    ['a backslash does not escape the next one', '"a\\\\" b" d', ['"a\\\\" b"', 'd']],
    ['a text that is not closed goes to the end', '"a b', ['"a b"']],
    ['texts need no separator', '"a""b"c', ['"a"', '"b"', 'c']],
    ['an empty text is a text', '""', ['""']],
    ['brackets are words', 'x[1]{y}', ['x', '[', '1', ']', '{', 'y', '}']],
    ['other white space belongs to words', 'a\u00a0b\fc', ['a\u00a0b\fc']],
  ]

  it.each(rows)('%s: %j', (_row, expression, expected) => {
    expect(tokenize(expression).map(({ kind, value }) => (kind === 'text' ? `"${value}"` : value))).toEqual(expected)
  })
})

describe('an expression', () => {
  it.each([
    ['has all operands without parentheses and commas', 'and true true', true],
    ['answers its first value', '"first" "second"', 'first'],
    ['takes superfluous words as values behind it', 'ifThen true "a" "b" "c"', 'a'],
    ['keeps quotes that Base64 carries', 'b64d("c2F5ICJoaSI=")', 'say "hi"'],
    ['reads numbers beyond 32 bits', '4102444800000', 4_102_444_800_000],
    ['reads -0 as 0', '-0', 0],
    ['takes numneq for numne', 'numneq(1, 2)', true],
    ['takes the name of an operator in a list for text', 'inArray("and", [and, "x"])', true],
    ['knows dictionaries, of which nothing is true', 'isUndefined({"a": 1})', false],
    ['computes the name of a property', 'property(concat("na", "me"))', 'Ada'],
    ['computes the name of a property in the context', 'property(property("which"))', 'Ada'],
    ['chooses a target group', 'isInTargetGroup(ifThen(eq(property("name"), "Ada"), "all", "none"))', true],
    ['chooses a flag', 'flagValue(ifThen(eq(property("name"), "Ada"), "other", "none"))', 'yes'],
  ])('%s: %s', (_row, expression, expected) => {
    const snapshot = snapshotOf(documentOf({ f: expression, other: '"yes"' }, { all: 'true', none: 'false' }))
    const outcome = snapshot.evaluate('f', { name: 'Ada', which: 'name' }, clock)
    expect(resultOf(outcome)).toEqual({ type: typeof expected, value: expected })
  })

  /** [expression, code of the finding] */
  const malformed: [string, string, string][] = [
    ['a word that the language does not have', 'and(true, maybe)', 'UNKNOWN_OPERATOR'],
    ['that word in a branch that is not taken', 'ifThen(true, "a", maybe)', 'UNKNOWN_OPERATOR'],
    ['that word in a list', 'inArray("a", [maybe])', 'UNKNOWN_OPERATOR'],
    ['a name that every object has', 'constructor', 'UNKNOWN_OPERATOR'],
    ['a literal in another case', 'True', 'UNKNOWN_OPERATOR'],
    ['a number with an exponent', '1e5', 'UNKNOWN_OPERATOR'],
    ['a number that is none in JSON', '9'.repeat(400), 'UNKNOWN_OPERATOR'],
    ['an operand that is missing', 'and(true)', 'BAD_ARGUMENTS'],
    ['an operand that is missing behind the answer', '"answer" not()', 'BAD_ARGUMENTS'],
    ['a list in a list', '[["a"]]', 'INVALID_VALUE'],
    ['a list that is not closed', '["a"', 'INVALID_VALUE'],
    ['a list that is not open', '"a"]', 'INVALID_VALUE'],
    ['a list closed as a dictionary', '["a"}', 'INVALID_VALUE'],
    ['nothing but blanks', ' \n', 'INVALID_VALUE'],
    ['a percentage of text', 'isInPercentage("0.5", "x")', 'BAD_ARGUMENTS'],
    ['a percentage of nothing', 'isInPercentage(0.5, undefined)', 'BAD_ARGUMENTS'],
    ['Base64 that is none', 'b64d("%%%")', 'BAD_ARGUMENTS'],
    ['Base64 of what is not UTF-8', 'b64d("/w==")', 'BAD_ARGUMENTS'],
    ['Base64 with a digit too many', 'b64d("YWJjZ")', 'BAD_ARGUMENTS'],
  ]

  it.each(malformed)('with %s spoils its flag and nothing else: %s', (_row, condition, code) => {
    const { ruleset, diagnostics } = translationOf(documentOf({ f: condition, sound: '"yes"' }))
    expect(diagnostics).toMatchObject([{ severity: 'error', code, path: ['experiments', 'f'] }])
    expect(ruleset.flags['f']).toMatchObject({ outcomes: [{ errorCode: 'PARSE_ERROR' }], decide: 0 })
    expect(ruleset.flags['sound']).toMatchObject({ outcomes: [{ value: 'yes' }] })
  })

  it('is undefined where Base64 from the context is none', () => {
    expect(resultOf(evaluate('isUndefined(b64d(property("x")))', { x: '%' }))).toEqual({ type: 'boolean', value: true })
    expect(evaluate('b64d(property("x"))', { x: 'w6k=' }).value).toBe('é')
    expect(evaluate('b64d(property("x"))', { x: 'A'.repeat(1_000_004) }).value).toBeUndefined()
  })
})

/** Names that every JavaScript object has, and some that a context has. */
const names = fc.constantFrom('a', 'b', 'n', 'gone', 'constructor', '__proto__', 'toString', 'hasOwnProperty')
const text = fc.constantFrom('true', 'false', '', 'a', '10', '-2.5', 'x y', '\\"', 'é', '[', 'constructor')
const number = fc.constantFrom('0', '1', '-1', '0.5', '10', '2.5', '4102444800000')
const word = fc.constantFrom('true', 'false', 'undefined')
const list = fc.array(fc.oneof(word, number, text.map(quoted)), { maxLength: 3 }).map((items) => `[${items.join(',')}]`)

function quoted(value: string): string {
  return `"${value}"`
}

function call(operator: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...args).map((operands) => `${operator}(${operands.join(', ')})`)
}

/** Sound expressions over flags, groups and attributes of those names; numbers where numbers belong. */
const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => {
  const any = tie('expression')
  return {
    leaf: fc.oneof(
      word,
      number,
      text.map(quoted),
      names.map((name) => `property("${name}")`),
      names.map((name) => `flagValue("${name}")`),
      names.map((name) => `isInTargetGroup("${name}")`),
    ),
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      tie('leaf'),
      ...['and', 'or', 'eq', 'ne', 'lt', 'gte', 'numeq', 'numne', 'concat', 'mergeSeed', 'inArray'].map((operator) =>
        call(operator, any, any),
      ),
      ...['not', 'isUndefined', 'md5', 'property'].map((operator) => call(operator, any)),
      call('ifThen', any, any, any),
      call('ifThen', any, any, any),
      call('inArray', any, list),
      call('isInPercentage', number, any),
      call('isInPercentageRange', number, number, any),
      fc.tuple(any, any).map(([first, surplus]) => `${first} ${surplus}`),
    ),
  }
})

/** Conditions that refer to nothing, for the flags and groups that expressions refer to. */
const plain = fc.oneof(
  text.map(quoted),
  number,
  word,
  fc.constantFrom('maybe', 'not(property("n"))', 'isInPercentage(0.5, mergeSeed(property("a"), "s"))'),
)
const context = fc.dictionary(
  names,
  fc.oneof(text, fc.boolean(), fc.integer({ min: -10, max: 10 }), fc.constantFrom(null, ['a'], { a: 1 })),
)

/** What the stack machine answers, as an answer of a flag. */
function asResult(answer: Answer): { type: string; value?: Json } {
  if (answer === 'failed') return { type: 'error' }
  if (answer === 'nothing') return { type: 'null' }
  const { value } = answer
  if (Array.isArray(value)) return { type: 'collection' }
  return value === undefined ? { type: 'undefined' } : { type: typeof value, value: value as Json }
}

describe('any expression', () => {
  it('answers what a stack machine that evaluates everything answers, and is explained like that', () => {
    fc.assert(
      fc.property(
        expression,
        fc.dictionary(names, plain),
        fc.dictionary(names, plain),
        context,
        (condition, flags, groups, attributes) => {
          const snapshot = snapshotOf(documentOf({ ...flags, [underTest]: condition }, groups))
          const outcome = snapshot.evaluate(underTest, normalizeContext(attributes), clock)
          const world = { context: attributes, groups, flags: { ...flags, [underTest]: condition }, nowMs: clock.nowMs }
          // A bound or a seed that can only be wrong is found before anything is evaluated.
          const expected = 'problem' in parse(condition) ? { type: 'null' } : asResult(run(condition, world))
          const received = resultOf(outcome)
          expect([received, condition]).toEqual([expected, condition])
          const explained = explain(snapshot, underTest, normalizeContext(attributes), clock)?.outcome
          expect([explained?.value, explained?.variant, explained?.reason, explained?.errorCode]).toEqual([
            outcome.value,
            outcome.variant,
            outcome.reason,
            outcome.errorCode,
          ])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is answered or refused, and spoils nothing beside it, whatever text it is', () => {
    const pieces = fc.oneof(
      expression,
      anyText,
      fc.constantFrom('"', '\\"', '[', ']', '{', '}', '(', ',', 'ifThen', 'and', 'not', 'match', 'b64d', '1e9', ' '),
    )
    fc.assert(
      fc.property(fc.array(pieces), context, (parts, attributes) => {
        const condition = parts.join('')
        const document = documentOf({ f: condition, sound: 'ifThen(isInTargetGroup("g"), "x", "y")' }, { g: condition })
        const snapshot = snapshotOf(document)
        const outcome = snapshot.evaluate('f', normalizeContext(attributes), clock)
        JSON.parse(outcome.ofrep('client'))
        expect(explain(snapshot, 'f', normalizeContext(attributes), clock)?.outcome.reason).toBe(outcome.reason)
        const beside = snapshot.evaluate('sound', normalizeContext(attributes), clock)
        expect(['x', 'y', undefined]).toContain(beside.value)
        expect(seal(snapshot.ruleset).revision).toBe(seal(translationOf(document).ruleset).revision)
      }),
      { numRuns: 200 },
    )
  })
})
