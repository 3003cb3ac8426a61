/** Where this engine differs from the daemon (flagd 0.16.1), on purpose. Everything else is meant to be equal to it. */
import type { JsonObject } from '../../../src/index.js'
import { flagWith, type Answer } from './evaluate.js'

export interface Difference {
  readonly name: string
  readonly why: string
  /** The row of `resolution.json` that shows it. */
  readonly recorded?: string
  /** A document with the flag `f`. */
  readonly document: JsonObject
  readonly context?: JsonObject
  /** What the daemon makes of it. */
  readonly daemon: Answer | 'refuses the document' | 'depends on the order of a Go map' | 'runs the data as a rule'
  readonly ours: Answer
}

const match = (variant: string): Answer => ({ reason: 'TARGETING_MATCH', variant, value: variant })
const parseError: Answer = { reason: 'ERROR', errorCode: 'PARSE_ERROR' }

function withFlag(targeting: unknown, $evaluators: JsonObject = {}): JsonObject {
  return { $evaluators, flags: { f: flagWith(targeting) } } as JsonObject
}

export const differences: readonly Difference[] = [
  {
    name: 'a reference inside an evaluator',
    why: 'a document must not mean one thing today and another after the next load',
    recorded: 'res-042',
    document: withFlag({ $ref: 'outer' }, { outer: { and: [{ $ref: 'inner' }] }, inner: { '==': [1, 1] } }),
    daemon: 'depends on the order of a Go map',
    ours: match('true'),
  },
  {
    name: 'a reference to nothing in a branch that is not taken',
    why: 'the mistake is in the document, so it is there for everybody and not only for the users who reach it',
    document: withFlag({ if: [true, 'a', { $ref: 'gone' }] }),
    daemon: match('a'),
    ours: parseError,
  },
  {
    name: 'a reference with characters that Go escapes',
    why: 'the daemon looks for the text of the reference, which Go has written differently by then',
    document: withFlag({ if: [{ $ref: 'a & b' }, 'a', 'b'] }, { 'a & b': { '==': [1, 1] } }),
    daemon: parseError,
    ours: match('a'),
  },
  {
    name: 'a reference among the values of variants',
    why: 'a value is data; the daemon replaces the text of references wherever it stands',
    document: {
      $evaluators: { rule: 'text' },
      flags: { f: { variants: { a: { $ref: 'rule' } }, defaultVariant: 'a' } },
    },
    daemon: { reason: 'STATIC', variant: 'a', value: 'text' },
    ours: { reason: 'STATIC', variant: 'a', value: { $ref: 'rule' } },
  },
  {
    name: 'a default variant that does not exist',
    why: 'one broken flag must not keep a document with a thousand good ones from being loaded',
    document: { flags: { f: { variants: { a: 'a' }, defaultVariant: 'zzz' } } },
    daemon: 'refuses the document',
    ours: parseError,
  },
  {
    name: 'members of the wrong type',
    why: 'the same',
    document: { flags: { f: { state: 1, variants: { a: 'a' } } } },
    daemon: 'refuses the document',
    ours: parseError,
  },
  {
    name: 'an evaluator that is empty',
    why: 'the same: only what refers to it has an error',
    document: withFlag({ if: [{ $ref: 'empty' }, 'a', 'b'] }, { empty: {} }),
    daemon: 'refuses the document',
    ours: parseError,
  },
  {
    name: 'an answer of if that is an object with the name of an operator',
    why: 'data from the context is never run as a rule',
    document: withFlag({ if: [true, { var: 'data' }] }),
    context: { data: { cat: ['a'] } },
    daemon: 'runs the data as a rule',
    ours: parseError,
  },
  {
    name: 'an attribute in a predicate that is an object with the name of an operator',
    why: 'the same: the daemon writes outer values into the predicates of filter, some, none and all',
    document: withFlag({ some: [[1], { '==': [{ var: 'data' }, 'a'] }] }),
    context: { data: { cat: ['a'] } },
    daemon: 'runs the data as a rule',
    ours: parseError,
  },
  {
    name: 'a var without a path in a predicate that no element reaches',
    why: 'the daemon resolves the variables of predicates before it looks at the list',
    document: withFlag({ '!!': [{ filter: [[], { var: [1] }] }] }),
    daemon: parseError,
    ours: match('false'),
  },
  {
    name: 'a list of the context for the arguments of and, in a predicate',
    why: 'only what is written out is a list of arguments; outside of predicates the daemon thinks so too',
    document: withFlag({ some: [[1], { and: { var: 'list' } }] }),
    context: { list: [1] },
    daemon: match('true'),
    ours: parseError,
  },
  {
    name: 'a scalar of the context for the list of reduce, in a predicate',
    why: 'what is no list is an empty one for all list operators there',
    document: withFlag({ some: [[1], { reduce: [{ var: 'text' }, { var: 'current' }, 1] }] }),
    context: { text: 'x' },
    daemon: match('false'),
    ours: match('true'),
  },
  {
    name: 'list operators more than four deep',
    why: 'the work of one evaluation is bounded',
    document: withFlag({ '!!': [{ map: [[1], { map: [[1], { map: [[1], { map: [[1], { map: [[1], 1] }] }] }] }] }] }),
    daemon: match('true'),
    ours: parseError,
  },
  {
    name: 'the integer that - and / of nothing are in Go',
    why: 'JSON has one kind of number',
    document: withFlag({ '===': [{ '-': [] }, 0] }),
    daemon: match('false'),
    ours: match('true'),
  },
]
