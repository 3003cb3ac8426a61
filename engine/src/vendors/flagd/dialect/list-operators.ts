/** `map`, `filter`, `reduce`, `all`, `none` and `some`: their body is evaluated once for every item of a list. */
import { type Evaluation, type Operand, type Operator } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { listOf, toNumber, toText } from './conversion.js'
import { fail } from './failure.js'
import { charge, isTrue } from './steps.js'

/** Calls `visit` with what the body answers for every item, until it answers false. */
function forEachItem(
  items: readonly Json[],
  body: Operand,
  evaluation: Evaluation,
  visit: (answer: Json, item: Json) => boolean,
): void {
  const { locals } = evaluation
  const position = locals.length
  try {
    for (const item of items) {
      charge(evaluation, 1)
      locals[position] = item
      if (!visit(body(evaluation), item)) return
    }
  } finally {
    locals.length = position
  }
}

type Walk = (items: readonly Json[], body: Operand, evaluation: Evaluation) => Json

/** `operator(list, body)`: null is an empty list; anything else that is no list fails. */
function overItems(walk: Walk): Operator {
  return {
    parameters: ['value', 'value'],
    prepare: ({ operands: [list, body] }) => {
      const [subject, perItem] = [list as Operand, body as Operand]
      return (evaluation) => walk(listOf(subject(evaluation) ?? []), perItem, evaluation)
    },
  }
}

/** The same, but whatever is falsy, such as empty text, is an empty list. */
function overItemsOfTruthy(walk: Walk): Operator {
  return {
    parameters: ['value', 'value'],
    prepare: ({ operands: [list, body] }) => {
      const [subject, perItem] = [list as Operand, body as Operand]
      return (evaluation) => {
        const value = subject(evaluation)
        return walk(isTrue(value, evaluation) ? listOf(value) : [], perItem, evaluation)
      }
    },
  }
}

const map = overItems((items, body, evaluation) => {
  const answers: Json[] = []
  forEachItem(items, body, evaluation, (answer) => {
    answers.push(answer)
    return true
  })
  return answers
})

const filter = overItems((items, body, evaluation) => {
  const kept: Json[] = []
  forEachItem(items, body, evaluation, (answer, item) => {
    if (isTrue(answer, evaluation)) kept.push(item)
    return true
  })
  return kept
})

/** Whether the body is truthy for an item, or falsy for one: stops at the first. */
function anyItem(items: readonly Json[], body: Operand, evaluation: Evaluation, wanted: boolean): boolean {
  let isFound = false
  forEachItem(items, body, evaluation, (answer) => {
    isFound = isTrue(answer, evaluation) === wanted
    return !isFound
  })
  return isFound
}

/** `reduce(list, body, start)`: what is accumulated keeps the type of the start; items that are null are left out. */
const reduce: Operator = {
  parameters: ['value', 'value', 'value'],
  prepare: ({ operands: [list, body, start] }) => {
    const [subject, perItem, first] = [list as Operand, body as Operand, start as Operand]
    return (evaluation) => {
      const initial = first(evaluation)
      const convert = accumulatorOf(initial)
      const value = subject(evaluation)
      if (value === null) return 0
      const items = listOf(value).filter((item) => item !== null)
      const valueType = typeof initial === 'boolean' ? 'bool' : typeof initial
      const scope = { current: 0 as Json, accumulator: initial, valueType }
      const position = evaluation.locals.push(scope) - 1
      try {
        for (const item of items) {
          charge(evaluation, 1)
          scope.current = item
          scope.accumulator = convert(perItem(evaluation), evaluation)
        }
      } finally {
        evaluation.locals.length = position
      }
      return scope.accumulator
    }
  },
}

function accumulatorOf(initial: Json): (value: Json, evaluation: Evaluation) => Json {
  switch (typeof initial) {
    case 'boolean':
      return isTrue
    case 'number':
      return toNumber
    case 'string':
      return toText
    default:
      return fail()
  }
}

export const listOperators: ReadonlyMap<string, Operator> = new Map([
  ['map', map],
  ['filter', filter],
  ['reduce', reduce],
  // Nothing holds for all items of an empty list.
  ['all', overItemsOfTruthy((items, body, evaluation) => items.length > 0 && !anyItem(items, body, evaluation, false))],
  ['none', overItemsOfTruthy((items, body, evaluation) => !anyItem(items, body, evaluation, true))],
  ['some', overItemsOfTruthy((items, body, evaluation) => anyItem(items, body, evaluation, true))],
])
