/**
 * The work of one evaluation is bounded: a rule that walks a list for every item of another list must not be a weapon in the
 * hands of whoever sends the context.
 */
import type { Evaluation } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { isList } from './conversion.js'
import { fail } from './failure.js'

/** Takes steps off what the evaluation has left. @throws OperatorFailure when there are none */
export function charge(evaluation: Evaluation, steps: number): void {
  evaluation.stepsLeft -= steps
  if (evaluation.stepsLeft < 0) fail()
}

/** What it costs to walk a value once; nothing for small ones. A step is the body of a list operator, or about a microsecond. */
export function stepsToWalk(value: Json): number {
  if (typeof value === 'string') return value.length >> 10
  return isList(value) ? value.length >> 4 : 0
}
