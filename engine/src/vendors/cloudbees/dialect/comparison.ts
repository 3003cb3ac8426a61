/** Roxx's comparisons across types. Null is its undefined. */
import { binary, type Operator, unary } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'

/** `eq(a, b)`: by type and value, where undefined counts as false. Lists and datetimes are equal to nothing. */
export const eq: Operator = binary((a, b) => {
  const left = a ?? false
  return typeof left !== 'object' && left === (b ?? false)
})

/** `inArray(x, list)`: by type and value; undefined is a member where the list has it. */
export const inArray: Operator = binary((value, list) => {
  return Array.isArray(list) && (value === null || typeof value !== 'object') && list.includes(value)
})

const decimal = /^-?\d+(?:\.\d+)?$/

/** A number, or a text that is one from end to end, as a number; null for anything else. */
export function numberOf(value: Json): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'string' && decimal.test(value) ? Number(value) : null
}

/** `number(v)`: what the numeric comparisons see of a value. */
export const number: Operator = unary(numberOf)

/** `numne(a, b)`: both are numbers, and not the same one. */
export const numne: Operator = binary((a, b) => typeof a === 'number' && typeof b === 'number' && a !== b)
