/**
 * Operators that look at their evaluated argument only. In a rule the argument is usually a list written out
 * (`{"==": [a, b]}`), but it may be any rule that answers with a list (`{"==": {"var": "pair"}}`).
 */
import { type Evaluation, type Operand, type Operator } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { charge, stepsToWalk } from './steps.js'

export interface EagerOperator {
  /** @param value the evaluated argument: a list of arguments, or a single one */
  readonly apply: (value: Json) => Json
  /** The same for exactly two arguments, without building their list. */
  readonly applyPair?: (a: Json, b: Json) => Json
  /** Walks its arguments: the evaluation pays for large ones. */
  readonly isCostly?: true
}

export function eager(apply: (value: Json) => Json): EagerOperator {
  return { apply }
}

export function pairwise(applyPair: (a: Json, b: Json) => Json, apply: (value: Json) => Json): EagerOperator {
  return { apply, applyPair }
}

export function costly(operator: EagerOperator): EagerOperator {
  return { ...operator, isCostly: true }
}

/** `operator(x..)`: the arguments written out. */
export function variadicForm({ apply, applyPair, isCostly }: EagerOperator): Operator {
  return {
    parameters: ['value..'],
    prepare: ({ operands }) => {
      if (operands.length === 2 && applyPair !== undefined) {
        const [first, second] = operands as [Operand, Operand]
        if (isCostly !== true) return (evaluation) => applyPair(first(evaluation), second(evaluation))
        return (evaluation) => applyPair(paidFor(first, evaluation), paidFor(second, evaluation))
      }
      if (isCostly !== true) return (evaluation) => apply(operands.map((operand) => operand(evaluation)))
      return (evaluation) => apply(operands.map((operand) => paidFor(operand, evaluation)))
    },
  }
}

function paidFor(operand: Operand, evaluation: Evaluation): Json {
  const value = operand(evaluation)
  charge(evaluation, stepsToWalk(value))
  return value
}

/** `apply(name!, value)`: the argument is computed. */
export function computedForm(operators: ReadonlyMap<string, EagerOperator>): Operator {
  return {
    parameters: ['static', 'value'],
    prepare: ({ statics: [name], operands: [argument] }) => {
      const operator = typeof name === 'string' ? operators.get(name) : undefined
      if (operator === undefined) return { invalid: 'takes the name of an operator' }
      const value = argument as Operand
      return (evaluation) => operator.apply(paidFor(value, evaluation))
    },
  }
}
