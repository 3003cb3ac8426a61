/**
 * The work of one evaluation is bounded: a rule that walks a list for every item of another list must not be a weapon in the
 * hands of whoever sends the context.
 */
import type { Evaluation } from '../../../ruleset/dialect.js'
import type { Json, JsonObject } from '../../../ruleset/types.js'
import { isList, isObject, isTruthy } from './conversion.js'
import { fail } from './failure.js'

/** Takes steps off what the evaluation has left. @throws OperatorFailure when there are none */
export function charge(evaluation: Evaluation, steps: number): void {
  evaluation.stepsLeft -= steps
  if (evaluation.stepsLeft < 0) fail()
}

/** What it costs to walk a value once; nothing for small ones. A step is the body of a list operator, or about a microsecond. */
export function stepsToWalk(value: Json): number {
  if (typeof value === 'string') return value.length >> 8
  return isList(value) ? value.length >> 4 : 0
}

/** Takes the steps to walk a value where that is done for every item of a list; elsewhere a rule is as long as it is written. */
export function chargeInLists(value: Json, evaluation: Evaluation): void {
  if (evaluation.locals.length > 0) charge(evaluation, stepsToWalk(value))
}

/** How many members an object has. No runtime knows without listing them, so for every item of a list it has its price. */
export function countMembers(object: JsonObject, evaluation: Evaluation): number {
  const count = Object.keys(object).length
  if (evaluation.locals.length > 0) charge(evaluation, count >> 3)
  return count
}

/** What flagd's rule engine takes for true, as {@link isTruthy}, where it is asked while evaluating. */
export function isTrue(value: Json, evaluation: Evaluation): boolean {
  return isObject(value) ? countMembers(value, evaluation) > 0 : isTruthy(value)
}
