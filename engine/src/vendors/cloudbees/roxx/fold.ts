/** Building one call: computed at once where its operands are constant, refused where it can only fail. */
import type { Scalar } from '../../../ruleset/types.js'
import { base64Text, concatenation, md5Text, mergedSeed } from '../dialect/text.js'
import { isPercentage, operators, type Signature } from './operators.js'
import { type Call, isCall, type Literal, type Node } from './syntax.js'

/** The node that stands for an operator and its operands. */
export function callOf(operator: string, args: readonly Node[]): Node | { readonly problem: string } {
  const problem = problemOf(operator, args)
  if (problem !== null) return { problem }
  return fold(operator, args) ?? createCall(operator, args)
}

function createCall(operator: string, args: readonly Node[]): Call {
  const { isBoolean, isDynamic } = operators.get(operator) as Signature
  let depth = 0
  const call = {
    kind: 'call' as const,
    operator,
    args,
    isBoolean: isBoolean || (operator === 'ifThen' && args.slice(1).every(answersBoolean)),
    isDynamic: isDynamic || args.some((arg) => arg.kind === 'call' && arg.isDynamic),
    isSplit: isPercentage(operator) || args.some((arg) => arg.kind === 'call' && arg.isSplit),
  }
  for (const [position, arg] of args.entries()) {
    const inner = arg.kind === 'call' ? arg.depth : 0
    depth = Math.max(depth, isLink(operator, position, arg) ? inner : inner + 1)
  }
  return { ...call, depth }
}

/** Whether the operand continues the chain that the operator belongs to. */
function isLink(operator: string, position: number, arg: Node): boolean {
  if (operator === 'and' || operator === 'or') return isCall(arg, operator)
  return operator === 'ifThen' && position === 2 && isCall(arg, 'ifThen')
}

function answersBoolean(node: Node): boolean {
  return node.kind === 'call' ? node.isBoolean : node.kind === 'literal' && typeof node.value === 'boolean'
}

/** What makes the call fail in every evaluation, or null. */
function problemOf(operator: string, args: readonly Node[]): string | null {
  const values = args.map(constantOf)
  const last = values.pop()
  if (operator === 'b64d') {
    return typeof last === 'string' && base64Text(last) === null ? 'b64d of what is not Base64 of UTF-8 text' : null
  }
  if (!isPercentage(operator)) return null
  if (values.some((bound) => bound !== undefined && typeof bound !== 'number')) {
    return `${operator} takes numbers as bounds`
  }
  return last === null ? `${operator} has nothing to hash` : null
}

/** The value of a constant, where lists are as good as nothing; undefined for a call. */
function constantOf(node: Node): Scalar | undefined {
  if (node.kind === 'call') return undefined
  return node.kind === 'literal' ? node.value : null
}

/** The functions of text, computed on constants. */
const textFunctions: ReadonlyMap<string, (a: Scalar, b: Scalar) => string | null> = new Map([
  ['b64d', base64Text],
  ['md5', md5Text],
  ['concat', concatenation],
  ['mergeSeed', mergedSeed],
])

/** The simpler node that means the same, or null. */
function fold(operator: string, args: readonly Node[]): Node | null {
  const [first, second, third] = args
  switch (operator) {
    case 'and':
    case 'or':
      return foldJunction(first as Node, second as Node, operator === 'or')
    case 'not':
      return first?.kind === 'call' ? null : constant(!isTrue(first))
    case 'ifThen':
      if (first?.kind === 'call') return null
      return (isTrue(first) ? second : third) ?? null
    default:
      return foldText(operator, args)
  }
}

/** Of `and` with true the other operand is left, of `or` with false too; the opposite constant decides. */
function foldJunction(first: Node, second: Node, decides: boolean): Node | null {
  if (first.kind !== 'call' && second.kind !== 'call') {
    return constant(decides ? isTrue(first) || isTrue(second) : isTrue(first) && isTrue(second))
  }
  const [known, other] = first.kind === 'call' ? [second, first] : [first, second]
  if (known.kind === 'call') return null
  if (isTrue(known) === decides) return constant(decides)
  return answersBoolean(other) ? other : null
}

function foldText(operator: string, args: readonly Node[]): Node | null {
  const compute = textFunctions.get(operator)
  const values = args.map(constantOf)
  if (compute === undefined || values.includes(undefined)) return null
  return constant(compute(values[0] ?? null, values[1] ?? null))
}

function isTrue(node: Node | undefined): boolean {
  return node?.kind === 'literal' && node.value === true
}

function constant(value: Scalar): Literal {
  return { kind: 'literal', value, isPlain: typeof value !== 'string' }
}
