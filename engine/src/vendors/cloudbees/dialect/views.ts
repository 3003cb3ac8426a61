/**
 * How the result of an expression answers: as it is, as a variant, and as each of OpenFeature's types. CloudBees' SDKs do not
 * quite agree; these conversions are those of its Go SDK, except that empty text is text.
 */
import { type Operator, unary } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { numberOf } from './comparison.js'

/** True and false, and their names in lower case; null for anything else. */
export function asBoolean(result: Json): boolean | null {
  if (typeof result === 'boolean') return result
  return result === 'true' ? true : result === 'false' ? false : null
}

/** Only text. */
export function asString(result: Json): string | null {
  return typeof result === 'string' ? result : null
}

/** Numbers, and text that is a number from end to end; finite ones, and without -0. */
export function asNumber(result: Json): number | null {
  const number = numberOf(result)
  return number !== null && Number.isFinite(number) ? number + 0 : null
}

/** The result as text; null where there is none. */
function variantText(result: Json): string | null {
  return typeof result === 'object' ? null : String(result)
}

/** What `flagValue` makes of the other flag's value: only text and booleans have a text, everything else is `false`. */
function flagText(value: Json): string {
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : 'false'
}

/** The views as operators, by name. */
export const views: readonly (readonly [string, Operator])[] = [
  ['computed', unary((result) => (typeof result === 'object' ? null : result))],
  ['variantText', unary(variantText)],
  ['asBoolean', unary(asBoolean)],
  ['asString', unary(asString)],
  ['asNumber', unary(asNumber)],
  ['flagText', unary(flagText)],
]
