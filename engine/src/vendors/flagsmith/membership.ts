/** The vendor's `IN`. */
import type { Json } from '../../ruleset/types.js'
import { coerce, isInteger, print } from './python-values.js'

/**
 * Prepares a membership test.
 *
 * @param listed a list, or text: a JSON list, else values between commas, blanks included
 * @returns the test, or null for what is neither text nor a list
 */
export function readMembers(listed: Json): ((value: Json) => boolean) | null {
  const items = typeof listed === 'string' ? splitMembers(listed) : listed
  if (!Array.isArray(items)) return null
  const members = new Set((items as readonly Json[]).map((item) => (typeof item === 'string' ? item : printItem(item))))
  return (value) => {
    const text = comparableText(value)
    return text !== null && members.has(text)
  }
}

function splitMembers(text: string): readonly Json[] {
  const list = text.startsWith('[') ? parseList(text) : null
  return list ?? text.split(',')
}

function parseList(text: string): readonly Json[] | null {
  try {
    return JSON.parse(text) as readonly Json[]
  } catch {
    return null
  }
}

/** Items are printed, not converted: `"007"` stays what it is. */
function printItem(item: Json): string | null {
  return item === null ? 'None' : print(item)
}

/** What a value is looked up as: integers and text; nothing else is ever a member. */
function comparableText(value: Json): string | null {
  if (typeof value === 'number') return isInteger(value) ? String(value) : null
  const coerced = coerce(value)
  if (typeof coerced === 'bigint') return coerced.toString()
  return typeof coerced === 'string' ? coerced : null
}
