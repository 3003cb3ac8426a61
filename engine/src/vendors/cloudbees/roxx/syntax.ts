/** The tree of a Roxx expression. Undefined, the language's only absence, is null in it. */
import type { Scalar } from '../../../ruleset/types.js'

export type Node = Literal | List | Dictionary | Call

export interface Literal {
  readonly kind: 'literal'
  readonly value: Scalar
  /** Written as it is, not computed by an operator: where `"true"` stands, a boolean is meant; where `b64d` stands, text. */
  readonly isPlain: boolean
}

export interface List {
  readonly kind: 'list'
  readonly items: readonly Scalar[]
}

/** Accepted by the language, and of no use in it. */
export interface Dictionary {
  readonly kind: 'dictionary'
}

export interface Call {
  readonly kind: 'call'
  readonly operator: string
  /** As many as the operator takes. */
  readonly args: readonly Node[]
  /** Levels of operators, where the links of a chain (of `and`, of `or`, of else branches) are one level. */
  readonly depth: number
  /** Answers true or false, whatever its operands are. */
  readonly isBoolean: boolean
  /** Somewhere in it the context, the clock or a percentage is asked. */
  readonly isDynamic: boolean
  /** Somewhere in it a percentage is asked. */
  readonly isSplit: boolean
}

/** Whether the node is a call of that operator. */
export function isCall<O extends string>(node: Node | undefined, operator: O): node is Call & { readonly operator: O } {
  return node?.kind === 'call' && node.operator === operator
}

/** The operands of an `and` (or an `or`) without the nesting of `and` in `and`, in order. */
export function operandsOf(node: Call): Node[] {
  const operands: Node[] = []
  const pending: Node[] = [node]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (isCall(next, node.operator)) pending.push(...next.args.toReversed())
    else operands.push(next)
  }
  return operands
}

export interface Branch {
  readonly condition: Node
  readonly value: Node
}

/** An `ifThen` with those in its else branch, again and again: if, else if, .., else. */
export function branchesOf(node: Call): { readonly branches: readonly Branch[]; readonly otherwise: Node } {
  const branches: Branch[] = []
  let otherwise: Node = node
  while (isCall(otherwise, 'ifThen')) {
    const [condition, value, next] = otherwise.args as [Node, Node, Node]
    branches.push({ condition, value })
    otherwise = next
  }
  return { branches, otherwise }
}
