/** `==`, `===`, `<` and their kin. */
import type { Json } from '../../../ruleset/types.js'
import { isList, listOf, toComparable } from './conversion.js'
import { type EagerOperator, pairwise } from './eager.js'

/** Null equals null only; two scalars of one type are compared as they are, everything else as numbers. */
function looselyEqual(a: Json, b: Json): boolean {
  if (a === null || b === null) return a === b
  if (typeof a === typeof b && typeof a !== 'object') return a === b
  return toComparable(a) === toComparable(b)
}

/** Two lists, or two objects, are never equal, not even to themselves. */
function strictlyEqual(a: Json, b: Json): boolean {
  return a === b && (a === null || typeof a !== 'object')
}

/** Two texts in the order of their code points, everything else as numbers. */
function isLess(a: Json, b: Json): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'string' && typeof b === 'string') return isTextLess(a, b)
  return toComparable(a) < toComparable(b)
}

function isAtMost(a: Json, b: Json): boolean {
  return isLess(a, b) || looselyEqual(a, b)
}

/** Go compares UTF-8 bytes; UTF-16 code units would put surrogates before U+E000 to U+FFFF. */
function isTextLess(a: string, b: string): boolean {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left !== right) return rank(left) < rank(right)
  }
  return a.length < b.length
}

function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit
}

/** A comparison of the first two arguments; fewer are false. */
function equality(holds: (a: Json, b: Json) => boolean): EagerOperator {
  return pairwise(holds, (value) => {
    const [a, b] = listOf(value)
    return a !== undefined && b !== undefined && holds(a, b)
  })
}

/** The strict ones take anything for their arguments, and what is no list of two is false. */
function strictEquality(holds: (a: Json, b: Json) => boolean): EagerOperator {
  return pairwise(holds, (value) => {
    if (!isList(value) || value.length < 2) return holds(null, false)
    return holds(value[0] as Json, value[1] as Json)
  })
}

/** An ordering of two arguments, or of three as a chain; more than three are taken for two. */
function ordering(holds: (a: Json, b: Json) => boolean): EagerOperator {
  return pairwise(holds, (value) => {
    const list = listOf(value)
    const [a, b, c] = list
    if (a === undefined || b === undefined) return false
    return list.length === 3 ? holds(a, b) && holds(b, c as Json) : holds(a, b)
  })
}

function not(holds: (a: Json, b: Json) => boolean): (a: Json, b: Json) => boolean {
  return (a, b) => !holds(a, b)
}

/** `!=` of fewer than two arguments is true, as the opposite of `==`. */
function inequality(): EagerOperator {
  const equal = equality(looselyEqual)
  return pairwise(not(looselyEqual), (value) => equal.apply(value) !== true)
}

export const comparisons: ReadonlyMap<string, EagerOperator> = new Map([
  ['==', equality(looselyEqual)],
  ['!=', inequality()],
  ['===', strictEquality(strictlyEqual)],
  ['!==', strictEquality(not(strictlyEqual))],
  ['<', ordering(isLess)],
  ['<=', ordering(isAtMost)],
  ['>', ordering((a, b) => isLess(b, a))],
  ['>=', ordering((a, b) => isAtMost(b, a))],
])
