/** `+`, `-`, `max` and their kin. Text counts as the number it spells, or 0; null and booleans fail. */
import type { Json } from '../../../ruleset/types.js'
import { isList, itemAt, listOf, toNumber } from './conversion.js'
import { eager, type EagerOperator, pairwise } from './eager.js'

/** A fold over at least one number; of none it is what the engine says it is. */
function fold(step: (result: number, next: number) => number, ofNothing: Json): EagerOperator {
  return pairwise(
    (a, b) => step(toNumber(a), toNumber(b)),
    (value) => {
      const [first, ...others] = listOf(value).map(toNumber)
      return first === undefined ? ofNothing : others.reduce(step, first)
    },
  )
}

/** One argument is its opposite. */
function subtract(value: Json): Json {
  const [first, ...others] = listOf(value).map(toNumber)
  if (first === undefined) return 0
  return others.length === 0 ? -1 * first : others.reduce((result, next) => result - next, first)
}

/** The only one that takes a single number without a list. */
function add(value: Json): Json {
  if (!isList(value)) return toNumber(value)
  const [first = 0, ...others] = value.map(toNumber)
  return others.length === 0 ? first : others.reduce((result, next) => result + next, 0 + first)
}

function remainder(value: Json): Json {
  const list = listOf(value)
  return toNumber(itemAt(list, 0)) % toNumber(itemAt(list, 1))
}

function absolute(value: Json): Json {
  return Math.abs(toNumber(isList(value) ? itemAt(value, 0) : value))
}

export const arithmetic: ReadonlyMap<string, EagerOperator> = new Map([
  ['+', pairwise((a, b) => 0 + toNumber(a) + toNumber(b), add)],
  ['-', pairwise((a, b) => toNumber(a) - toNumber(b), subtract)],
  ['*', fold((result, next) => result * next, 1)],
  ['/', fold((result, next) => result / next, 0)],
  ['%', eager(remainder)],
  ['abs', eager(absolute)],
  ['max', fold((largest, next) => (next > largest ? next : largest), null)],
  ['min', fold((smallest, next) => (smallest > next ? next : smallest), null)],
])
