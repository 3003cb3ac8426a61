/** What flagd's rule engine takes for true, for a number and for text. */
import { parseGoFloat, plainDecimal } from '../../../ruleset/go-number.js'
import type { Json, JsonObject } from '../../../ruleset/types.js'
import { fail } from './failure.js'

/** False are null, false, 0 and whatever is empty: text, a list, an object. */
export function isTruthy(value: Json): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'number':
      return value !== 0
    case 'string':
      return value !== ''
    default:
      if (value === null) return false
      return isList(value) ? value.length > 0 : Object.keys(value).length > 0
  }
}

/** A number for arithmetic: text that is not one counts as 0. @throws OperatorFailure for anything but text and numbers */
export function toNumber(value: Json): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return fail()
  return parseGoFloat(value)?.value ?? 0
}

/**
 * A whole number for positions and counts, as Go converts one on the common machines: what does not fit becomes the smallest
 * integer.
 */
export function toInteger(value: Json): number {
  const number = Math.trunc(toNumber(value))
  return Math.abs(number) < 2 ** 63 ? number : -(2 ** 63)
}

/** A number for comparisons, by JavaScript's rules as the engine understands them; NaN for what is not one. */
export function toComparable(value: Json): number {
  switch (typeof value) {
    case 'number':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'string':
      return textToComparable(value)
    default:
      return value === null ? 0 : NaN
  }
}

function textToComparable(text: string): number {
  const parsed = parseGoFloat(text)
  if (parsed !== null) return parsed.isOutOfRange ? NaN : parsed.value
  return trimSpace(text) === '' ? 0 : NaN
}

/** Text for `cat` and `substr`: null is empty. @throws OperatorFailure for booleans, lists and objects */
export function toText(value: Json): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return plainDecimal(value)
  return value === null ? '' : fail()
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** The arguments of an operator that insists on a list. @throws OperatorFailure for anything else */
export function listOf(value: Json): readonly Json[] {
  return isList(value) ? value : fail()
}

/** The item at that position. @throws OperatorFailure where there is none */
export function itemAt(list: readonly Json[], position: number): Json {
  return position < list.length ? (list[position] as Json) : fail()
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

/** Without the white space around it, as Unicode and Go define white space: U+0085 is, U+FEFF is not. */
export function trimSpace(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start += 1
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isSpace(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d)
  return code === 0x85 || code === 0xa0 || otherSpaces.has(code)
}

const otherSpaces: ReadonlySet<number> = new Set([
  0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029,
  0x202f, 0x205f, 0x3000,
])
