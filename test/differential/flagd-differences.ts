/**
 * Where flagd's JavaScript package does not do what we do, which is what the daemon does but for what
 * `engine/test/vendors/flagd/differences.ts` lists. Each row has the answers of both.
 */
import type { JsonObject } from '@switchyard/engine'
import { flagWith } from '../../engine/test/vendors/flagd/evaluate.js'

export interface Difference {
  readonly what: string
  /** Of a flag `f` with the variants `a`, `b`, `true` and `false`, the default being `b`. */
  readonly targeting: unknown
  readonly context?: JsonObject
  /** The name of a variant, or the code of an error. */
  readonly ours: string
  readonly theirs: string
}

export interface DocumentDifference {
  readonly what: string
  readonly document: unknown
  /** `refused`, or what the flag `f` answers: its reason, then the code of the error or the variant if there is one. */
  readonly ours: string
  readonly theirs: string
}

/** Answers `a` where the rule's answer is true, otherwise `b`. */
function whether(rule: unknown): unknown {
  return { if: [rule, 'a', 'b'] }
}

const halves = [
  ['a', 50],
  ['b', 50],
]

/** Section 1 of the daemon's format, and what becomes of a document as a whole. */
export const documents: readonly DocumentDifference[] = [
  {
    what: 'a document without flags is none',
    document: {},
    ours: 'refused',
    theirs: 'ERROR FLAG_NOT_FOUND',
  },
  {
    what: 'any state but DISABLED is enabled',
    document: { flags: { f: flagWith({}, { state: 'on' }) } },
    ours: 'STATIC b',
    theirs: 'refused',
  },
  {
    what: 'a flag without a state is enabled',
    document: { flags: { f: { variants: { b: 1 }, defaultVariant: 'b' } } },
    ours: 'STATIC b',
    theirs: 'refused',
  },
  {
    what: 'a flag without variants has no value',
    document: { flags: { f: { state: 'ENABLED' } } },
    ours: 'DEFAULT',
    theirs: 'refused',
  },
  {
    what: 'one broken flag spoils only itself',
    document: { flags: { f: flagWith({}), g: flagWith({}, { defaultVariant: 'gone' }) } },
    ours: 'STATIC b',
    theirs: 'refused',
  },
  {
    what: 'flags may be a list',
    document: { flags: [{ key: 'f', ...flagWith({}) }] },
    ours: 'STATIC b',
    theirs: 'ERROR FLAG_NOT_FOUND',
  },
  {
    what: 'null is a rule that answers null',
    document: { flags: { f: flagWith(null) } },
    ours: 'DEFAULT b',
    theirs: 'STATIC b',
  },
  {
    what: 'the answer that is a list is its JSON',
    document: {
      flags: { f: { state: 'ENABLED', variants: { '[a,b]': 1, 'a,b': 2 }, targeting: { merge: ['a', 'b'] } } },
    },
    ours: 'TARGETING_MATCH [a,b]',
    theirs: 'TARGETING_MATCH a,b',
  },
  {
    what: 'an ampersand is escaped in the JSON of an answer',
    document: { flags: { f: { state: 'ENABLED', variants: { 'a&b': 1 }, targeting: { cat: ['a&', 'b'] } } } },
    ours: 'ERROR GENERAL',
    theirs: 'TARGETING_MATCH a&b',
  },
  {
    what: 'a reference may lead to another that stands before it',
    document: {
      $evaluators: { inner: { '==': [1, 1] }, outer: { and: [{ $ref: 'inner' }] } },
      flags: { f: flagWith(whether({ $ref: 'outer' })) },
    },
    ours: 'TARGETING_MATCH a',
    theirs: 'ERROR PARSE_ERROR',
  },
]

/** Section 5: fractional. */
export const fractional: readonly Difference[] = [
  {
    what: 'a weight of null is 1',
    targeting: { fractional: [['a', null]] },
    context: { targetingKey: 'u' },
    ours: 'a',
    theirs: 'b',
  },
  {
    what: 'the third element of a share is ignored',
    targeting: { fractional: [['a', 1, 'more']] },
    context: { targetingKey: 'u' },
    ours: 'a',
    theirs: 'b',
  },
  {
    what: 'a targeting key that is a number is none',
    targeting: { fractional: [['a', 1]] },
    context: { targetingKey: 7 },
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'a seed of null is none',
    targeting: { fractional: [{ var: 'gone' }, ['a', 1]] },
    context: { targetingKey: 'u' },
    ours: 'a',
    theirs: 'b',
  },
  {
    what: 'a seed cannot be made of booleans',
    targeting: { fractional: [{ cat: ['v', { var: 'yes' }] }, ['a', 1]] },
    context: { yes: true },
    ours: 'PARSE_ERROR',
    theirs: 'a',
  },
  {
    what: 'what is missing adds nothing to a seed',
    targeting: { fractional: [{ cat: ['k', { var: 'gone' }] }, ...halves] },
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'the blanks around a seed do not count',
    targeting: { fractional: [{ cat: [' k', ' '] }, ...halves] },
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'a seed beyond ASCII is hashed as UTF-8',
    targeting: { fractional: [{ cat: [{ var: 'city' }, ''] }, ...halves] },
    context: { city: 'Zürich' },
    ours: 'a',
    theirs: 'b',
  },
]

/** Section 6: sem_ver. */
export const versions: readonly Difference[] = [
  {
    what: 'a version has one leading v',
    targeting: whether({ sem_ver: ['vv1.0.0', '=', '1.0.0'] }),
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'a version has no blanks around it',
    targeting: whether({ sem_ver: [' 1.0.0', '=', '1.0.0'] }),
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'a version may be of any size',
    targeting: whether({ sem_ver: ['9007199254740993.0.0', '>', '9007199254740992.0.0'] }),
    ours: 'a',
    theirs: 'b',
  },
]

const x = { var: 'x' }

/** Section 8: JSONLogic. */
export const jsonLogic: readonly Difference[] = [
  { what: 'null is not 0', targeting: whether({ '==': [x, 0] }), ours: 'b', theirs: 'a' },
  {
    what: 'text that is no number is no number',
    targeting: whether({ '==': [x, 1] }),
    context: { x: 'a' },
    ours: 'b',
    theirs: 'GENERAL',
  },
  {
    what: 'true is not "true"',
    targeting: whether({ '==': [x, 'true'] }),
    context: { x: true },
    ours: 'b',
    theirs: 'GENERAL',
  },
  {
    what: 'no list equals a number',
    targeting: whether({ '==': [x, 1] }),
    context: { x: [1] },
    ours: 'b',
    theirs: 'GENERAL',
  },
  {
    what: 'text is not less than a number',
    targeting: whether({ '<': [x, 1] }),
    context: { x: 'a' },
    ours: 'b',
    theirs: 'GENERAL',
  },
  {
    what: 'one argument equals nothing',
    targeting: whether({ '==': [x] }),
    context: { x: 1 },
    ours: 'b',
    theirs: 'GENERAL',
  },
  {
    what: 'text adds nothing',
    targeting: whether({ '==': [{ '+': [1, x] }, 1] }),
    context: { x: 'a' },
    ours: 'a',
    theirs: 'GENERAL',
  },
  {
    what: 'booleans cannot be added',
    targeting: whether({ '==': [{ '+': [1, x] }, 2] }),
    context: { x: true },
    ours: 'PARSE_ERROR',
    theirs: 'a',
  },
  {
    what: 'one argument is divided by nothing',
    targeting: whether({ '==': [{ '/': [x] }, 4] }),
    context: { x: 4 },
    ours: 'a',
    theirs: 'b',
  },
  {
    what: 'what is divided by zero is no answer',
    targeting: { '/': [4, x] },
    context: { x: 0 },
    ours: 'PARSE_ERROR',
    theirs: 'GENERAL',
  },
  {
    what: 'texts of numbers have a largest',
    targeting: whether({ '==': [{ max: [x, 3] }, 12] }),
    context: { x: '12' },
    ours: 'a',
    theirs: 'GENERAL',
  },
  {
    what: 'of no numbers none is the largest',
    targeting: whether({ '!': [{ max: x }] }),
    context: { x: [] },
    ours: 'a',
    theirs: 'GENERAL',
  },
  {
    what: 'null is not among the largest',
    targeting: whether({ max: [x, 1] }),
    ours: 'PARSE_ERROR',
    theirs: 'GENERAL',
  },
  {
    what: 'joined texts lose the blanks around them',
    targeting: { cat: [' ', x] },
    context: { x: 'a ' },
    ours: 'a',
    theirs: 'GENERAL',
  },
  {
    what: 'booleans are not joined',
    targeting: whether({ '==': [{ cat: ['x', x] }, 'xtrue'] }),
    context: { x: true },
    ours: 'PARSE_ERROR',
    theirs: 'a',
  },
  { what: 'what is missing adds nothing to texts', targeting: { cat: ['a', x] }, ours: 'a', theirs: 'GENERAL' },
  {
    what: 'of a text that ends before its part begins the whole is the part',
    targeting: { substr: [x, 3] },
    context: { x: 'a' },
    ours: 'a',
    theirs: 'GENERAL',
  },
  {
    what: 'numbers have parts like their texts',
    targeting: whether({ '==': [{ substr: [x, 1] }, '23'] }),
    context: { x: 123 },
    ours: 'a',
    theirs: 'GENERAL',
  },
  {
    what: 'a number is not looked for in text',
    targeting: whether({ in: [x, '123'] }),
    context: { x: 1 },
    ours: 'PARSE_ERROR',
    theirs: 'a',
  },
  {
    what: 'nothing is in a number',
    targeting: whether({ in: ['a', x] }),
    context: { x: 5 },
    ours: 'b',
    theirs: 'GENERAL',
  },
  {
    what: 'a number is in a list as its text',
    targeting: whether({ in: [x, ['1']] }),
    context: { x: 1 },
    ours: 'a',
    theirs: 'b',
  },
  {
    what: 'a pair in a list is a range',
    targeting: whether({ in: [x, [[1, 5]]] }),
    context: { x: 3 },
    ours: 'a',
    theirs: 'b',
  },
  { what: 'null is the name of nothing', targeting: whether({ var: null }), context: { x: 3 }, ours: 'b', theirs: 'a' },
  {
    what: 'texts have no length',
    targeting: whether({ '==': [{ var: 'x.length' }, 3] }),
    context: { x: 'abc' },
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'null is missing',
    targeting: whether({ '!!': [{ missing: ['x'] }] }),
    context: { x: null },
    ours: 'a',
    theirs: 'b',
  },
  { what: 'not all of what is missing are something', targeting: whether({ all: [x, true] }), ours: 'b', theirs: 'a' },
  {
    what: 'a text is no list of elements',
    targeting: whether({ some: [x, true] }),
    context: { x: 'abc' },
    ours: 'PARSE_ERROR',
    theirs: 'GENERAL',
  },
  {
    what: 'some looks at the context before it looks at the element',
    targeting: whether({ some: [{ var: 'users' }, { '==': [{ var: 'name' }, 'Ann'] }] }),
    context: { name: 'Bob', users: [{ name: 'Ann' }] },
    ours: 'b',
    theirs: 'a',
  },
  {
    what: 'an operator that nobody reaches may be unknown',
    targeting: { if: [true, 'a', { nonsense: [] }] },
    ours: 'a',
    theirs: 'PARSE_ERROR',
  },
  {
    what: 'an object with several members is an object',
    targeting: whether({ one: 1, two: 2 }),
    ours: 'a',
    theirs: 'PARSE_ERROR',
  },
]
