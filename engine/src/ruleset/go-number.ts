/** Numbers as Go's `strconv` and `encoding/json` read and print them. */

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const hexadecimal = /^([+-]?)0x([\da-f]*)(?:\.([\da-f]*))?p([+-]?\d+)$/i
const named = /^(?:[+-]?inf(?:inity)?|nan)$/i

/** Text as a number, by the grammar of Go's `ParseFloat`. */
export interface ParsedNumber {
  readonly value: number
  /** The text names a number too large for a double; the value is an infinity then. */
  readonly isOutOfRange: boolean
}

/** @returns null for text that is not a number; blanks around one are not allowed */
export function parseGoFloat(text: string): ParsedNumber | null {
  if (named.test(text)) return { value: parseNamed(text), isOutOfRange: false }
  const digits = text.includes('_') ? withoutUnderscores(text) : text
  if (digits === null) return null
  const value = decimal.test(digits) ? Number(digits) : parseHexadecimal(digits)
  return value === null ? null : { value, isOutOfRange: !Number.isFinite(value) }
}

function parseNamed(text: string): number {
  if (/^nan$/i.test(text)) return NaN
  return text.startsWith('-') ? -Infinity : Infinity
}

/** Underscores may only stand between digits, or between `0x` and a digit. */
function withoutUnderscores(text: string): string | null {
  const digits = /^[+-]?0x/i.test(text) ? /(?<![\dxa-f])_|_(?![\da-f])/i : /(?<!\d)_|_(?!\d)/
  return digits.test(text) ? null : text.replaceAll('_', '')
}

function parseHexadecimal(text: string): number | null {
  const match = hexadecimal.exec(text)
  if (match === null) return null
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match
  const digits = whole + fraction
  if (digits === '') return null
  const mantissa = Number(BigInt(`0x${digits}`))
  if (mantissa === 0) return 0
  const power = Number(exponent) - 4 * fraction.length
  // In two steps, so that neither factor leaves the range of a double before the product does.
  const half = Math.trunc(power / 2)
  const magnitude = mantissa * 2 ** half * 2 ** (power - half)
  return sign === '-' ? -magnitude : magnitude
}

/** The shortest decimal text without an exponent, as Go's format verb `f` prints it. */
export function plainDecimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e')
  if (exponent === undefined) return sign + mantissa
  const [whole = '', fraction = ''] = mantissa.split('.')
  const power = Number(exponent)
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${whole}${fraction}`
  return sign + whole + fraction.padEnd(power, '0')
}
