/**
 * Operators that look at their evaluated argument only. In a rule the argument is usually a list written out
 * (`{"==": [a, b]}`), but it may be any rule that answers with a list (`{"==": {"var": "pair"}}`).
 */
import { type Evaluation, type Operand, type Operator } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { isObject } from './conversion.js'
import { charge, chargeInLists, countMembers, stepsToWalk } from './steps.js'

export interface EagerOperator {
  /** @param value the evaluated argument: a list of arguments, or a single one */
  readonly apply: (value: Json) => Json
  /** The same for exactly two arguments, without building their list. */
  readonly applyPair?: (a: Json, b: Json) => Json
  /** Makes something of the size of its arguments: the evaluation pays for large ones outside of list operators too. */
  readonly isCostly?: true
  /** Counts or copies the members of objects. */
  readonly listsMembers?: true
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

export function listingMembers(operator: EagerOperator): EagerOperator {
  return { ...operator, listsMembers: true }
}

/** `operator(x..)`: the arguments written out. */
export function variadicForm(operator: EagerOperator): Operator {
  const { apply, applyPair } = operator
  const pay = paymentFor(operator)
  return {
    parameters: ['value..'],
    prepare: ({ operands }) => {
      if (operands.length !== 2 || applyPair === undefined) {
        return (evaluation) => apply(operands.map((operand) => paid(operand(evaluation), evaluation, pay)))
      }
      const [first, second] = operands as [Operand, Operand]
      if (operator.isCostly === true) {
        return (evaluation) =>
          applyPair(paid(first(evaluation), evaluation, pay), paid(second(evaluation), evaluation, pay))
      }
      return (evaluation) => {
        const a = first(evaluation)
        const b = second(evaluation)
        if (evaluation.locals.length > 0) {
          pay(a, evaluation)
          pay(b, evaluation)
        }
        return applyPair(a, b)
      }
    },
  }
}

type Payment = (value: Json, evaluation: Evaluation) => void

/** What it takes to look at an argument of the operator. */
function paymentFor({ isCostly, listsMembers }: EagerOperator): Payment {
  const walk: Payment =
    isCostly === true ? (value, evaluation) => charge(evaluation, stepsToWalk(value)) : chargeInLists
  if (listsMembers !== true) return walk
  return (value, evaluation) => {
    walk(value, evaluation)
    if (isObject(value)) countMembers(value, evaluation)
  }
}

function paid(value: Json, evaluation: Evaluation, pay: Payment): Json {
  pay(value, evaluation)
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
      const pay = paymentFor(costly(operator))
      return (evaluation) => operator.apply(paid(value(evaluation), evaluation, pay))
    },
  }
}
