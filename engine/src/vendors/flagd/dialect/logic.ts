/** Truthiness, the lazy `and`, `or`, `if`, and what keeps data from being run as rules. */
import { type Evaluation, type Operand, type Operator } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { isList, isObject, isTruthy } from './conversion.js'
import { eager, type EagerOperator, listingMembers } from './eager.js'
import { fail } from './failure.js'
import { chargeInLists, countMembers, isTrue } from './steps.js'

/** The deciding operand: the first that is falsy (`and`) or truthy (`or`), else the last; null of nothing. */
function deciding(decides: boolean): Operator {
  return {
    parameters: ['value..'],
    prepare: ({ operands }) => {
      return (evaluation) => {
        let last: Json = null
        for (const operand of operands) {
          last = operand(evaluation)
          if (isTrue(last, evaluation) === decides) return last
        }
        return last
      }
    },
  }
}

/** `if(c, v, c, v .., else?)`: only the chosen branch is evaluated; none is null. */
const conditional: Operator = {
  parameters: ['value..'],
  prepare: ({ operands }) => {
    return (evaluation) => {
      let position = 0
      for (; position + 1 < operands.length; position += 2) {
        if (isTrue(at(operands, position, evaluation), evaluation)) {
          return asClause(at(operands, position + 1, evaluation), evaluation)
        }
      }
      return position < operands.length ? asClause(at(operands, position, evaluation), evaluation) : null
    }
  },
}

function at(operands: readonly Operand[], position: number, evaluation: Evaluation): Json {
  return (operands[position] as Operand)(evaluation)
}

/**
 * The answer of a branch. The daemon runs it once more, so an object with one member would be run as a rule: here it fails, as
 * it does there unless the member happens to be named after an operator.
 */
function asClause(value: Json, evaluation: Evaluation): Json {
  return isObject(value) && countMembers(value, evaluation) === 1 ? fail() : value
}

const maxDepth = 128

/** Data that the daemon writes into the text of a rule before running it: what it would run as a rule fails. */
function asInserted(value: Json, evaluation: Evaluation, depth = 0): Json {
  if (!isList(value)) return asClause(value, evaluation)
  if (depth >= maxDepth) return fail()
  chargeInLists(value, evaluation)
  for (const item of value) asInserted(item, evaluation, depth + 1)
  return value
}

/** The same where the whole rule is replaced: everything but an object fails. */
function asInsertedRule(value: Json, evaluation: Evaluation): Json {
  return value === null || isObject(value) ? asClause(value, evaluation) : fail()
}

/** The same where the list of a list operator is replaced: a scalar is taken for no list at all. */
function asInsertedSubject(value: Json, evaluation: Evaluation): Json {
  return value === null || isList(value) || isObject(value) ? asClause(value, evaluation) : []
}

/** `operator(x)`, which may have its price. */
function ofOne(apply: (value: Json, evaluation: Evaluation) => Json): Operator {
  return {
    parameters: ['value'],
    prepare: ({ operands: [operand] }) => {
      const value = operand as Operand
      return (evaluation) => apply(value(evaluation), evaluation)
    },
  }
}

/** Of a list only the first item counts. */
function negate(value: Json): Json {
  return !isTruthy(isList(value) && value.length > 0 ? (value[0] as Json) : value)
}

export const negations: ReadonlyMap<string, EagerOperator> = new Map([
  ['!', listingMembers(eager(negate))],
  ['!!', listingMembers(eager((value) => negate(value) === false))],
])

/** `default(a, b)`: both are evaluated; b in place of null. */
const defaultTo: Operator = {
  parameters: ['value', 'value'],
  prepare: ({ operands: [a, b] }) => {
    const [value, other] = [a as Operand, b as Operand]
    return (evaluation) => {
      const fallback = other(evaluation)
      return value(evaluation) ?? fallback
    }
  },
}

/** `list(x..)`: a list of the evaluated arguments. */
const list: Operator = {
  parameters: ['value..'],
  prepare: ({ operands }) => {
    return (evaluation) => operands.map((operand) => operand(evaluation))
  },
}

export const logic: ReadonlyMap<string, Operator> = new Map([
  ['and', deciding(false)],
  ['or', deciding(true)],
  ['if', conditional],
  ['truthy', ofOne(isTrue)],
  ['default', defaultTo],
  ['list', list],
  ['clause', ofOne(asClause)],
  ['inserted', ofOne((value, evaluation) => asInserted(value, evaluation))],
  ['insertedRule', ofOne(asInsertedRule)],
  ['insertedSubject', ofOne(asInsertedSubject)],
])
