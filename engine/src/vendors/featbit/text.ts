/** How FeatBit's evaluation server, a .NET program, reads text. */
import type { Json } from '../../ruleset/types.js'

/** What .NET's `char.IsWhiteSpace` accepts; JavaScript's own notion differs in U+0085 and U+FEFF. */
const notWhiteSpace = /[^\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/** Whether a text is empty or only white space. */
export function isBlank(text: string): boolean {
  return !notWhiteSpace.test(text)
}

/**
 * The text that an attribute has for FeatBit, whose users know only text: `true` and `false`, the shortest decimal of a number,
 * JSON text of lists and objects, empty text where there is nothing.
 */
export function attributeText(value: Json): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Surrounding blanks, a sign, thousands separators anywhere before the point, an exponent; NULs at the end are ignored. */
const decimal = /^[\t-\r ]*([+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)[\t-\r ]*\0*$/i

/**
 * Parses text as .NET's `double.TryParse` does for the invariant culture.
 *
 * @returns null for what is not a number, and for NaN, which compares with nothing; infinities are numbers
 * @see https://learn.microsoft.com/dotnet/api/system.double.tryparse
 */
export function parseDotnetDouble(text: string): number | null {
  const number = decimal.exec(text)?.[1]
  if (number !== undefined) return Number(number.replaceAll(',', ''))
  switch (text.trim().toLowerCase()) {
    case 'infinity':
    case '+infinity':
      return Infinity
    case '-infinity':
      return -Infinity
    default:
      return null
  }
}
