/** `in`, `merge`, `set` and the `contains_...` family. */
import { type Operand, type Operator } from '../../../ruleset/dialect.js'
import { holdsText } from '../../../ruleset/holds-text.js'
import { fromEntries } from '../../../ruleset/json.js'
import type { Json } from '../../../ruleset/types.js'
import { isList, isObject, itemAt, listOf, toNumber } from './conversion.js'
import { costly, eager, type EagerOperator, listingMembers, pairwise } from './eager.js'
import { fail } from './failure.js'

/** A part of a text, or an item of a list; anything else holds nothing. */
function isIn(needle: Json, haystack: Json): boolean {
  if (typeof haystack === 'string') return typeof needle === 'string' ? holdsText(haystack, needle) : fail()
  return isList(haystack) && haystack.some((item) => isItem(needle, item))
}

/** A number equals the text that spells it, and 0 any other text; an item that is a list is a range. */
function isItem(needle: Json, item: Json): boolean {
  if (isList(item)) return isInRange(needle, item)
  if (typeof needle === 'number') return toNumber(item) === needle
  // Go cannot compare two objects.
  if (isObject(needle) && isObject(item)) return fail()
  return needle === item
}

function isInRange(needle: Json, range: readonly Json[]): boolean {
  const low = itemAt(range, 0)
  const high = itemAt(range, 1)
  const number = toNumber(needle)
  return number >= toNumber(low) && toNumber(high) >= number
}

function membership(value: Json): Json {
  const list = listOf(value)
  return isIn(itemAt(list, 0), list[1] ?? null)
}

/**
 * `inList(x, list!)`: `in` over a list of nothing but texts and numbers, which is known when compiling: one look-up instead of
 * a walk.
 */
export const inList: Operator = {
  parameters: ['value', 'static'],
  prepare: ({ operands: [operand], statics: [list] }) => {
    if (list === undefined || !isList(list) || !list.every(isTextOrNumber))
      return { invalid: 'takes texts and numbers' }
    const needle = operand as Operand
    const textItems = new Set<Json>(list.filter((item) => typeof item === 'string'))
    // NaN is in no list, but it would be in a set.
    const numbers = new Set<Json>(list.map(toNumber).filter((number) => !Number.isNaN(number)))
    return (evaluation) => {
      const value = needle(evaluation)
      if (typeof value === 'string') return textItems.has(value)
      return typeof value === 'number' && numbers.has(value)
    }
  },
}

function isTextOrNumber(item: Json): boolean {
  return typeof item === 'string' || typeof item === 'number'
}

/** All items of the lists among the arguments, and the arguments that are no lists. */
function merge(value: Json): Json {
  if (value === null || isObject(value)) return fail()
  return isList(value) ? value.flatMap((item) => item) : [value]
}

/** A copy of an object with one member set. */
function setMember(value: Json): Json {
  const list = listOf(value)
  const [target = null] = list
  if (list.length < 3 || !isObject(target)) return target
  const name = list[1] as Json
  if (typeof name !== 'string') return fail()
  return fromEntries([...Object.entries(target), [name, list[2] as Json]])
}

/** Whether the first list holds the items of the second; `otherwise` where there are not two lists. */
function containment(
  holds: (wanted: readonly Json[], isHeld: (item: Json) => boolean) => boolean,
  otherwise: boolean,
): EagerOperator {
  return costly(
    eager((value) => {
      if (!isList(value) || value.length !== 2) return otherwise
      const [searched, wanted] = value as [Json, Json]
      return isList(searched) && isList(wanted) ? holds(wanted, holderOf(searched)) : otherwise
    }),
  )
}

/** Looks items up by type and value. Go cannot compare two objects or two lists. */
function holderOf(list: readonly Json[]): (item: Json) => boolean {
  const items = new Set(list)
  const hasObject = list.some(isObject)
  const hasList = list.some(isList)
  return (item) => {
    if (isObject(item)) return hasObject && fail()
    if (isList(item)) return hasList && fail()
    return items.has(item)
  }
}

export const lists: ReadonlyMap<string, EagerOperator> = new Map([
  ['in', costly(pairwise(isIn, membership))],
  ['merge', costly(eager(merge))],
  ['set', listingMembers(eager(setMember))],
  ['contains_all', containment((wanted, isHeld) => wanted.every(isHeld), false)],
  ['contains_any', containment((wanted, isHeld) => wanted.some(isHeld), false)],
  ['contains_none', containment((wanted, isHeld) => !wanted.some(isHeld), true)],
])
