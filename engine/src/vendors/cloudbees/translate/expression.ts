/** A tree becomes an expression. All operands may be evaluated lazily: what can fail is asked first, see `guardOf`. */
import type { Expr, Json } from '../../../ruleset/types.js'
import { branchesOf, type Call, isCall, type Node, operandsOf } from '../roxx/syntax.js'
import { clockComparison, clockMs } from './clock.js'
import { flagValue, property, targetGroup } from './references.js'
import type { ExpressionScope } from './scope.js'

export function expressionOf(node: Node, scope: ExpressionScope): Expr {
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'list':
      return { const: node.items }
    case 'dictionary':
      return { const: {} }
    case 'call':
      return (forms.get(node.operator) as Form)(node, scope)
  }
}

/** Whether one of the percentages of an expression has nothing to hash, which fails all of it; null where none can. */
export function guardOf(seeds: readonly Node[], scope: ExpressionScope): Expr | null {
  const guards = new Map<string, Expr>()
  for (const seed of seeds) {
    if (seed.kind === 'literal') continue
    // What is merged is a seed or nothing; of anything else, lists and datetimes cannot be hashed either.
    const expression: Expr = isCall(seed, 'mergeSeed')
      ? expressionOf(seed, scope)
      : ['cloudbees.value', expressionOf(seed, scope)]
    guards.set(JSON.stringify(expression), ['isNull', expression])
  }
  const [first = null, ...others] = guards.values()
  return others.length === 0 ? first : ['or', ...guards.values()]
}

type Form = (call: Call, scope: ExpressionScope) => Expr

/** A form that gives all operands, in order, to another operator. */
function strict(...prefix: readonly [string, ...Json[]]): Form {
  return ({ args }, scope) => [...prefix, ...args.map((arg) => expressionOf(arg, scope))]
}

/** Core's comparison of numbers, of what the operands are as numbers. */
function numeric(operator: string): Form {
  return (call, scope) =>
    clockComparison(call, scope, (inner) => [operator, ...call.args.map((arg) => numberOf(arg, inner))])
}

function numberOf(node: Node, scope: ExpressionScope): Expr {
  const expression = expressionOf(node, scope)
  return typeof expression === 'number' ? expression : ['cloudbees.number', expression]
}

/** Core's `and` and `or` take only true for true, as Roxx does not say of anything else. */
function junction(call: Call, scope: ExpressionScope): Expr {
  return [call.operator, ...operandsOf(call).map((operand) => expressionOf(operand, scope))]
}

function conditional(call: Call, scope: ExpressionScope): Expr {
  const { branches, otherwise } = branchesOf(call)
  const parts = branches.flatMap(({ condition, value }) => [condition, value])
  return ['if', ...[...parts, otherwise].map((part) => expressionOf(part, scope))]
}

function match({ args }: Call, scope: ExpressionScope): Expr {
  const [subject, pattern, flags] = args as [Node, Node, Node]
  if (pattern.kind === 'call' || flags.kind === 'call') {
    scope.report('error', 'UNSUPPORTED_FEATURE', 'match with a computed pattern or computed flags: it fails there')
    return ['fail', 'computed pattern']
  }
  const isText = pattern.kind === 'literal' && flags.kind === 'literal'
  if (!isText || typeof pattern.value !== 'string' || typeof flags.value !== 'string') return false
  return ['matches', expressionOf(subject, scope), pattern.value, `cloudbees:${flags.value}`]
}

/** Core's `in` has no undefined. */
function inArray({ args }: Call, scope: ExpressionScope): Expr {
  const [value, list] = args as [Node, Node]
  const subject = expressionOf(value, scope)
  if (list.kind === 'list' && !list.items.includes(null)) return ['in', subject, scope.membersOf(list.items)]
  return ['cloudbees.inArray', subject, expressionOf(list, scope)]
}

/** A constant is never a point in time. */
function tsToNum({ args: [operand] }: Call, scope: ExpressionScope): Expr {
  return operand?.kind === 'call' ? ['cloudbees.tsToNum', expressionOf(operand, scope)] : null
}

function isInPercentage({ args }: Call, scope: ExpressionScope): Expr {
  const [share, seed] = args as [Node, Node]
  return ['lte', ['cloudbees.bucket', expressionOf(seed, scope)], expressionOf(share, scope)]
}

function now(_call: Call, scope: ExpressionScope): Expr {
  return clockMs(scope)
}

function named(refer: typeof property): Form {
  return ({ args: [name] }, scope) => refer(name as Node, scope, expressionOf)
}

/** How each operator is written as an expression. */
const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['isUndefined', strict('isNull')],
  ['now', now],
  ['and', junction],
  ['or', junction],
  ['not', strict('not')],
  ['ifThen', conditional],
  ['eq', strict('cloudbees.eq')],
  ['ne', (call, scope) => ['not', strict('cloudbees.eq')(call, scope)]],
  ['lt', numeric('lt')],
  ['lte', numeric('lte')],
  ['gt', numeric('gt')],
  ['gte', numeric('gte')],
  ['numeq', numeric('eq')],
  ['numne', numeric('cloudbees.numne')],
  ['numneq', numeric('cloudbees.numne')],
  ...['Eq', 'Ne', 'Lt', 'Lte', 'Gt', 'Gte'].map((op) => [`semver${op}`, strict('cloudbees.semver', op)] as const),
  ['match', match],
  ['inArray', inArray],
  ['md5', strict('cloudbees.md5')],
  ['concat', strict('concat')],
  ['b64d', strict('cloudbees.base64')],
  ['tsToNum', tsToNum],
  ['mergeSeed', strict('cloudbees.seed')],
  ['isInPercentage', isInPercentage],
  ['isInPercentageRange', strict('cloudbees.inRange')],
  ['property', named(property)],
  ['isInTargetGroup', named(targetGroup)],
  ['flagValue', named(flagValue)],
])
