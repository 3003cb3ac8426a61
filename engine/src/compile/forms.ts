/**
 * The structural forms of an expression: those that short-circuit, or reach other parts of the ruleset. They are two-valued:
 * only `true` is true (rule X2).
 */
import type { Evaluation, Operand } from '../ruleset/dialect.js'
import type { Json } from '../ruleset/types.js'
import { flagField } from './flag-field.js'
import { type CompiledExpression, constantOf, type ExpressionScope } from './expression-scope.js'
import { slotOf } from './slots.js'
import { SpoiledPart } from './spoiled-part.js'
import type { EvaluationState } from './state.js'

/** A form compiles its own arguments. */
export interface FormScope extends ExpressionScope {
  readonly compile: (expr: Json) => CompiledExpression
}

type Form = (args: readonly Json[], scope: FormScope) => CompiledExpression

export function isForm(name: string): boolean {
  return forms.has(name)
}

export function compileForm(name: string, args: readonly Json[], scope: FormScope): CompiledExpression {
  return (forms.get(name) as Form)(args, scope)
}

const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ['and', (args, scope) => conjunction(args, scope, false)],
  ['or', (args, scope) => conjunction(args, scope, true)],
  ['if', compileIf],
  ['first', compileFirst],
  ['in', compileIn],
  ['segment', compileSegment],
  ['flag', compileFlag],
])

/** `and` stops at the first operand that is not true, `or` at the first that is: the same loop with the answer turned. */
function conjunction(args: readonly Json[], scope: FormScope, stopAt: boolean): CompiledExpression {
  const operands: Operand[] = []
  for (const arg of args) {
    const { operand, constant } = scope.compile(arg)
    if (constant === undefined) operands.push(operand)
    else if ((constant.value === true) === stopAt) {
      if (operands.length === 0) return constantOf(stopAt)
      operands.push(operand)
      break
    }
  }
  if (operands.length === 0) return constantOf(!stopAt)
  const [first, second] = operands as [Operand, Operand]
  if (operands.length === 1) return { operand: (evaluation) => first(evaluation) === true }
  if (operands.length === 2) {
    return {
      operand: stopAt
        ? (evaluation) => first(evaluation) === true || second(evaluation) === true
        : (evaluation) => first(evaluation) === true && second(evaluation) === true,
    }
  }
  return {
    operand: (evaluation) => {
      for (const operand of operands) if ((operand(evaluation) === true) === stopAt) return stopAt
      return !stopAt
    },
  }
}

/** `if(c, v, c, v .., else?)`; without an else: null. */
function compileIf(args: readonly Json[], scope: FormScope): CompiledExpression {
  const operands = args.map((arg) => scope.compile(arg).operand)
  return {
    operand: (evaluation) => {
      let position = 0
      for (; position + 1 < operands.length; position += 2) {
        if ((operands[position] as Operand)(evaluation) === true) return (operands[position + 1] as Operand)(evaluation)
      }
      return operands[position]?.(evaluation) ?? null
    },
  }
}

/** The first value that is not null. */
function compileFirst(args: readonly Json[], scope: FormScope): CompiledExpression {
  const compiled = args.map((arg) => scope.compile(arg))
  if (compiled[0]?.constant !== undefined && compiled[0].constant.value !== null) return compiled[0]
  const operands = compiled.map(({ operand }) => operand)
  return {
    operand: (evaluation) => {
      for (const operand of operands) {
        const value = operand(evaluation)
        if (value !== null) return value
      }
      return null
    },
  }
}

/** `in(x, list!)`: membership by type and value; the list is `{const: [...]}` or `["list", id]`. */
function compileIn(args: readonly Json[], scope: FormScope): CompiledExpression {
  const [needle, list] = args
  if (args.length !== 2 || needle === undefined) throw new SpoiledPart('BAD_ARGUMENTS', 'in takes a value and a list')
  const { operand } = scope.compile(needle)
  if (Array.isArray(list) && list[0] === 'list' && typeof list[1] === 'string') {
    const slot = slotOf(scope.slots.lists, list[1])
    scope.references.lists.add(list[1])
    return {
      operand: onState((state) => {
        const value = scalar(operand(state))
        return state.tables.lists[slot]?.has(value) ?? false
      }),
    }
  }
  const items = (list as { const?: Json } | null)?.const
  if (!Array.isArray(items))
    throw new SpoiledPart('BAD_ARGUMENTS', 'in takes {"const": [...]} or ["list", id] as its list')
  const members = listMembers(items)
  return { operand: (evaluation) => members.has(scalar(operand(evaluation))) }
}

/** The set that `in` asks: null is never a member (rule X3), and neither is a list or an object. */
export function listMembers(items: readonly Json[]): Set<Json> {
  return new Set(items.filter((item) => item !== null && typeof item !== 'object'))
}

function scalar(value: Json): Json {
  return typeof value === 'object' ? null : value
}

function compileSegment(args: readonly Json[], scope: FormScope): CompiledExpression {
  const [id] = args
  if (args.length !== 1 || typeof id !== 'string')
    throw new SpoiledPart('BAD_ARGUMENTS', 'segment takes the id of a segment')
  const slot = slotOf(scope.slots.segments, id)
  scope.references.segments.add(id)
  return { operand: onState((state) => state.segment(slot)) }
}

function compileFlag(args: readonly Json[], scope: FormScope): CompiledExpression {
  const [key, field = 'value'] = args
  const read = typeof field === 'string' ? flagField(field) : null
  if (args.length > 2 || typeof key !== 'string' || read === null) {
    throw new SpoiledPart(
      'BAD_ARGUMENTS',
      'flag takes a flag key and one of value, variant, reason, errorCode, as.T, metadata.k, native.k',
    )
  }
  const slot = slotOf(scope.slots.flags, key)
  scope.references.flags.add(key)
  return {
    operand: onState((state) => {
      const outcome = state.flag(slot)
      return outcome === null ? null : read(outcome)
    }),
  }
}

/** Inside a compiled snapshot the evaluation is always its state. */
function onState(operand: (state: EvaluationState) => Json): Operand {
  return operand as (evaluation: Evaluation) => Json
}
