/** Expressions become closures: operators look up their implementation once, constants are folded, reads are collected. */
import {
  type Dialect,
  type Evaluation,
  type Operand,
  type Operator,
  type Parameter,
  OperatorFailure,
} from '../ruleset/dialect.js'
import { isRecord } from '../ruleset/json.js'
import type { Expr, Json } from '../ruleset/types.js'
import { type CompiledExpression, constantOf, type ExpressionScope } from './expression-scope.js'
import { compileForm, isForm } from './forms.js'
import { addReads } from './references.js'
import { SpoiledPart } from './spoiled-part.js'

/** Compiles one expression with everything below it. @throws SpoiledPart where it is malformed */
export function compileExpression(expr: Expr | Json | undefined, scope: ExpressionScope): CompiledExpression {
  if (expr === undefined) throw new SpoiledPart('BAD_ARGUMENTS', 'an expression is missing')
  if (Array.isArray(expr)) return compileCall(expr as readonly Json[], scope)
  if (isRecord(expr)) {
    if (!Object.hasOwn(expr, 'const'))
      throw new SpoiledPart('BAD_ARGUMENTS', 'an object in an expression must be {"const": ...}')
    return constantOf(expr['const'] ?? null)
  }
  return constantOf(expr)
}

function compileCall(call: readonly Json[], scope: ExpressionScope): CompiledExpression {
  const [name, ...args] = call
  if (typeof name !== 'string')
    throw new SpoiledPart('UNKNOWN_OPERATOR', `an operator's name must be text: ${JSON.stringify(name)}`)
  if (isForm(name)) return compileForm(name, args, { ...scope, compile: (expr) => compileExpression(expr, scope) })
  const operator = findOperator(name, scope.dialects)
  const { statics, values } = splitArguments(name, operator.parameters, args)
  const compiled = values.map((value) => compileExpression(value, scope))
  const operands = compiled.map(({ operand }) => operand)
  const prepared = operator.prepare({ statics, operands, host: scope.host })
  if (typeof prepared !== 'function') {
    const code = prepared.isUnknown === true ? 'UNKNOWN_OPERATOR' : 'BAD_ARGUMENTS'
    throw new SpoiledPart(code, `${name}: ${prepared.invalid}`)
  }
  if (operator.reads !== undefined) {
    addReads(scope.references, operator.reads(statics))
    return { operand: prepared }
  }
  return compiled.every(({ constant }) => constant !== undefined) ? fold(prepared) : { operand: prepared }
}

/** @throws SpoiledPart when no loaded dialect has an operator of that name */
export function findOperator(name: string, dialects: ReadonlyMap<string, Dialect>): Operator {
  const dot = name.indexOf('.')
  const set = dot < 0 ? 'core' : name.slice(0, dot)
  const operator = dialects.get(set)?.operators.get(dot < 0 ? name : name.slice(dot + 1))
  if (operator === undefined)
    throw new SpoiledPart('UNKNOWN_OPERATOR', `this engine does not know the operator "${name}"`)
  return operator
}

function splitArguments(
  name: string,
  parameters: readonly Parameter[],
  args: readonly Json[],
): { statics: Json[]; values: Json[] } {
  const statics: Json[] = []
  const values: Json[] = []
  const last = parameters.at(-1)
  for (const [position, argument] of args.entries()) {
    const parameter = parameters[position] ?? (last?.endsWith('..') === true ? last : undefined)
    if (parameter === undefined)
      throw new SpoiledPart('BAD_ARGUMENTS', `${name} takes at most ${parameters.length} arguments`)
    if (parameter.startsWith('static')) statics.push(argument)
    else values.push(argument)
  }
  const required = parameters.filter((parameter) => parameter === 'static' || parameter === 'value').length
  if (args.length < required) throw new SpoiledPart('BAD_ARGUMENTS', `${name} takes at least ${required} arguments`)
  return { statics, values }
}

const nowhere: Evaluation = Object.freeze({
  context: Object.freeze({}),
  targetingKey: null,
  nowMs: 0,
  random: () => 0,
  locals: [],
  stepsLeft: 100_000,
})

/** Calls an operator of constants once. One that fails keeps failing at the point where it is reached. */
function fold(operand: Operand): CompiledExpression {
  try {
    return constantOf(operand({ ...nowhere, locals: [] }))
  } catch (error) {
    if (error instanceof OperatorFailure) return { operand }
    throw error
  }
}
