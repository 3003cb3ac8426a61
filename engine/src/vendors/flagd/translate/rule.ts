/** The shapes of JSONLogic: what is a call of an operator, and what is a literal. */
import type { Expr, Json } from '../../../ruleset/types.js'

export interface RuleCall {
  readonly operator: string
  /** As written: usually a list of rules, else one rule. */
  readonly args: Json
}

/** An object with exactly one member calls the operator of that name; null for everything else. */
export function callOf(rule: Json): RuleCall | null {
  if (typeof rule !== 'object' || rule === null || isList(rule)) return null
  const [member, ...others] = Object.entries(rule)
  return member === undefined || others.length > 0 ? null : { operator: member[0], args: member[1] }
}

/** Nothing in it is evaluated: scalars, objects that call no operator, and lists of these. */
export function isLiteral(rule: Json): boolean {
  return isList(rule) ? rule.every(isLiteral) : callOf(rule) === null
}

/** A literal as an expression. */
export function constant(literal: Json): Expr {
  return typeof literal === 'object' && literal !== null ? { const: literal } : literal
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isText(value: Json | undefined): value is string {
  return typeof value === 'string'
}

export function isNumber(value: Json | undefined): value is number {
  return typeof value === 'number'
}

/** `if` and its other spelling. */
export function isConditional({ operator }: RuleCall): boolean {
  return operator === 'if' || operator === '?:'
}

// prettier-ignore
const booleanOperators: ReadonlySet<string> = new Set([
  '==', '!=', '===', '!==', '<', '<=', '>', '>=', '!', '!!', 'in',
  'all', 'none', 'some', 'contains_all', 'contains_any', 'contains_none',
])

/** Whether the rule answers with true or false whatever the context is, unless it fails. */
export function isBoolean(rule: Json): boolean {
  if (typeof rule === 'boolean') return true
  const call = callOf(rule)
  if (call === null) return false
  if (booleanOperators.has(call.operator)) return true
  const isJunction = call.operator === 'and' || call.operator === 'or'
  return isJunction && isList(call.args) && call.args.length > 0 && call.args.every(isBoolean)
}

/** The arguments of `and` (or of `or`) without the nesting of `and` in `and`. */
export function flatten(operator: string, args: readonly Json[]): readonly Json[] {
  return args.flatMap((arg) => {
    const inner = callOf(arg)
    const isSame = inner?.operator === operator && isList(inner.args) && inner.args.length > 0
    return isSame ? flatten(operator, inner.args) : [arg]
  })
}

/** The arguments of `if` with an `if` in the place of the else taken in, again and again. */
export function flattenElse(args: readonly Json[]): readonly Json[] {
  const flat = [...args]
  while (flat.length % 2 === 1) {
    const inner = callOf(flat.at(-1) as Json)
    if (inner === null || !isConditional(inner) || !isList(inner.args) || inner.args.length === 0) break
    flat.pop()
    for (const arg of inner.args) flat.push(arg)
  }
  return flat
}
