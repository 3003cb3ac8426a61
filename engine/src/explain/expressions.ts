/** Expressions, read plainly. A failure is a value here: it ends everything around it. */
import { type Operand, type Operator, OperatorFailure } from '../ruleset/dialect.js'
import { isRecord } from '../ruleset/json.js'
import type { Expr, Json } from '../ruleset/types.js'
import { coreForms } from './core-forms.js'
import type { ArgumentTrace, CallTrace, ExprTrace } from './explanation.js'
import type { Interpretation } from './interpreter.js'

export interface Evaluated {
  readonly value: Json
  readonly trace: ExprTrace
}

/** What a core form may use: its arguments, evaluated when asked for. */
export interface FormCall {
  readonly interpretation: Interpretation
  readonly args: readonly (Expr | Json)[]
  /** Evaluates the argument at that position and records what was seen. */
  readonly evaluate: (position: number) => Json
  /** The argument at that position as it is written, which is recorded. */
  readonly written: (position: number) => Json
  /** Adds to the record of this call. */
  readonly record: (details: Partial<CallTrace>) => void
}

export type CoreForm = (call: FormCall) => Json

/** The message of the failure that ended an expression, or null. */
export function failureOf(trace: ExprTrace): string | null {
  return 'failed' in trace && trace.failed !== undefined ? trace.failed : null
}

export function evaluateExpr(expr: Expr | Json, interpretation: Interpretation): Evaluated {
  if (Array.isArray(expr)) return evaluateCall(expr as readonly Json[], interpretation)
  const value = isRecord(expr) ? (expr['const'] ?? null) : (expr as Json)
  return { value, trace: { value } }
}

function evaluateCall(call: readonly Json[], interpretation: Interpretation): Evaluated {
  const [operator, ...args] = call as [string, ...Json[]]
  const form = coreForms.get(operator)
  const positions = args.map((argument): ArgumentTrace =>
    form === undefined ? { static: argument } : { skipped: true },
  )
  let details: Partial<CallTrace> = {}
  const evaluate = (position: number): Json => {
    const { value, trace } = evaluateExpr(args[position] ?? null, interpretation)
    positions[position] = trace
    const failure = failureOf(trace)
    if (failure !== null) throw new OperatorFailure(failure)
    return value
  }
  const written = (position: number): Json => {
    const argument = args[position] ?? null
    if (position < args.length) positions[position] = { static: argument }
    return argument
  }
  const record: FormCall['record'] = (more) => {
    details = { ...details, ...more }
  }
  const formCall = { interpretation, args, evaluate, written, record }
  try {
    const value = form === undefined ? callDialect(operator, args, formCall, positions) : form(formCall)
    return { value, trace: { operator, arguments: positions, value, ...details } }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { value: null, trace: { operator, arguments: positions, failed: failure, ...details } }
  }
}

/** Calls a dialect's operator with operands that record what they see. */
function callDialect(name: string, args: readonly Json[], call: FormCall, positions: ArgumentTrace[]): Json {
  const operator = findOperator(name, call.interpretation)
  const statics: Json[] = []
  const operands: Operand[] = []
  const seen: Json[] = []
  for (const [position, argument] of args.entries()) {
    if (isStatic(operator, position)) {
      statics.push(argument)
      continue
    }
    positions[position] = { skipped: true }
    const index = operands.length
    operands.push(() => {
      const value = call.evaluate(position)
      seen[index] = value
      return value
    })
  }
  const prepared = operator.prepare({ statics, operands, host: call.interpretation.question.host })
  if (typeof prepared !== 'function') throw new OperatorFailure(prepared.invalid)
  const value = prepared(call.interpretation)
  const hashInput = operator.hashInput?.(statics, seen, call.interpretation)
  if (typeof hashInput === 'string') call.record({ hashInput })
  const bucket = operator.bucket?.(statics, seen, call.interpretation)
  if (typeof bucket === 'number') call.record({ bucket })
  return value
}

function isStatic(operator: Operator, position: number): boolean {
  const parameter = operator.parameters[position] ?? operator.parameters.at(-1)
  return parameter?.startsWith('static') === true
}

function findOperator(name: string, { question }: Interpretation): Operator {
  const dot = name.indexOf('.')
  const operator = question.dialects.get(name.slice(0, dot))?.operators.get(name.slice(dot + 1))
  if (operator === undefined) throw new OperatorFailure(`unknown operator ${name}`)
  return operator
}

/** A view of a computed result: an operator of one value. @throws OperatorFailure where the operator fails */
export function applyView(name: string, result: Json, interpretation: Interpretation): Json {
  const { value, trace } = evaluateCall([name, { const: result }], interpretation)
  const failure = failureOf(trace)
  if (failure !== null) throw new OperatorFailure(failure)
  return value
}
