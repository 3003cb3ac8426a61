/**
 * Text becomes a tree. Roxx is written in front of its operands, so it is read from the end: what stands to the right of an
 * operator is read already. Nothing here recurses, and everything takes time in proportion to the text.
 */
import type { DiagnosticCode } from '../../../ruleset/diagnostic.js'
import type { Scalar } from '../../../ruleset/types.js'
import { callOf } from './fold.js'
import { isPercentage, operators } from './operators.js'
import type { List, Dictionary, Literal, Node } from './syntax.js'
import { type Token, tokenize } from './tokenize.js'

export type Parsed = Expression | Problem

export interface Expression {
  /** What the expression answers: the first of its values. */
  readonly root: Node
  /**
   * What its percentages hash, in every branch. All operands are evaluated, so one of these without a value is the failure of
   * the whole expression, wherever it stands.
   */
  readonly seeds: readonly Node[]
}

/** Why the expression answers nothing. */
export interface Problem {
  readonly problem: string
  readonly code: DiagnosticCode
}

/**
 * Longer and deeper expressions answer nothing. Items of lists do not count, and a chain is one level: see `Call.depth`. A
 * level becomes up to three of a ruleset, which may have 128.
 */
const maxNodes = 50_000
const maxDepth = 40

/** Reads an expression. What is constant in it is computed here. */
export function parse(text: string): Parsed {
  const items = readItems(tokenize(text))
  if ('problem' in items) return items
  if (items.length === 0) return { problem: 'the expression is empty', code: 'INVALID_VALUE' }
  if (items.length > maxNodes) return { problem: `more than ${maxNodes} words`, code: 'LIMIT' }
  return build(items)
}

/** A value, or the name of an operator. */
type Item = Literal | List | Dictionary | string

interface OpenCollection {
  readonly end: ']' | '}'
  readonly items: Scalar[]
}

function readItems(tokens: readonly Token[]): readonly Item[] | Problem {
  const items: Item[] = []
  let open: OpenCollection | null = null
  for (const token of tokens) {
    if (token.kind === 'bracket') {
      const isOpening = token.value === '[' || token.value === '{'
      // Lists do not nest.
      if (isOpening !== (open === null) || (open !== null && token.value !== open.end))
        return { problem: `"${token.value}" is not expected here`, code: 'INVALID_VALUE' }
      if (open === null) open = { end: token.value === '[' ? ']' : '}', items: [] }
      else {
        items.push(open.end === ']' ? { kind: 'list', items: open.items } : { kind: 'dictionary' })
        open = null
      }
      continue
    }
    const item = token.kind === 'text' ? literal(token.value) : readWord(token.value)
    if (item === null) return unknownWord(token.value)
    if (open === null) items.push(item)
    // Inside a list an operator is the text of its name.
    else open.items.push(typeof item === 'string' ? item : item.value)
  }
  return open === null ? items : { problem: `a "${open.end}" is missing`, code: 'INVALID_VALUE' }
}

function unknownWord(word: string): Problem {
  return { problem: `"${word.slice(0, 100)}" is no word of the language`, code: 'UNKNOWN_OPERATOR' }
}

function literal(value: Scalar): Literal {
  return { kind: 'literal', value, isPlain: true }
}

const words: ReadonlyMap<string, Literal> = new Map([
  ['true', literal(true)],
  ['false', literal(false)],
  ['undefined', literal(null)],
])

/** A literal, the name of an operator, or null for a word that is neither. */
function readWord(word: string): Literal | string | null {
  if (operators.has(word)) return word
  const known = words.get(word)
  if (known !== undefined) return known
  const number = /^-?\d+(?:\.\d+)?$/.test(word) ? Number(word) : NaN
  // JSON has neither infinities nor -0.
  return Number.isFinite(number) ? literal(number + 0) : null
}

/** The stack machine of the language, with trees for values. */
function build(items: readonly Item[]): Parsed {
  const stack: Node[] = []
  const seeds: Node[] = []
  for (const item of items.toReversed()) {
    if (typeof item !== 'string') {
      stack.push(item)
      continue
    }
    const { arity } = operators.get(item) as { arity: number }
    if (stack.length < arity) {
      return { problem: `${item} takes ${arity} operands, there are ${stack.length}`, code: 'BAD_ARGUMENTS' }
    }
    const args = arity === 0 ? [] : stack.splice(-arity).toReversed()
    if (isPercentage(item)) seeds.push(args.at(-1) as Node)
    const node = callOf(item, args)
    if ('problem' in node) return { problem: node.problem, code: 'BAD_ARGUMENTS' }
    if (node.kind === 'call' && node.depth > maxDepth) {
      return { problem: `nested deeper than ${maxDepth}`, code: 'LIMIT' }
    }
    stack.push(node)
  }
  return { root: stack.at(-1) as Node, seeds }
}
