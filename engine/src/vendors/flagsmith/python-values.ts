/**
 * Values as the vendor's Python engine reads, compares and prints them.
 *
 * Python tells 2 from 2.0, JSON in JavaScript does not. An integral JSON number is an integer here when it is printed; numeric
 * text keeps its spelling and is exact.
 */
import type { Json, JsonObject } from '../../ruleset/types.js'

/**
 * A value as conditions see it: text that spells an integer has become a bigint, text that spells a decimal fraction a number,
 * a list or an object the text Python prints for it.
 */
export type Coerced = null | boolean | string | number | bigint

/** Converts an attribute's value. Null also where Python would give up: integers of more than 4,300 digits, deep nesting. */
export function coerce(value: Json): Coerced {
  if (typeof value === 'string') return startsLikeNumber(value) ? coerceNumeral(value) : value
  return typeof value === 'object' && value !== null ? printNested(value, 0) : value
}

/** Prints a value as Python's `str` does after the conversion: `True`, `10.0` for the text `10.00`, `7` for `007`. */
export function print(value: Json): string | null {
  switch (typeof value) {
    case 'string':
      return startsLikeNumber(value) ? printNumeral(value) : value
    case 'number':
      return printNumber(value)
    case 'boolean':
      return value ? 'True' : 'False'
    default:
      return value === null ? null : printNested(value, 0)
  }
}

const integerText = /^-?[0-9]+$/
const fractionText = /^-?[0-9]+\.[0-9]+$/
const canonicalInteger = /^(?:0|-?[1-9][0-9]*)$/
const maxIntegerDigits = 4_300

/** Whether text begins like a number: spares ordinary text the regexes. */
function startsLikeNumber(text: string): boolean {
  const code = text.charCodeAt(0)
  return (code >= 0x30 && code <= 0x39) || code === 0x2d
}

function coerceNumeral(text: string): Coerced {
  if (integerText.test(text)) return text.length > maxIntegerDigits ? null : BigInt(text)
  return fractionText.test(text) ? Number(text) : text
}

function printNumeral(text: string): string | null {
  if (integerText.test(text)) {
    if (text.length > maxIntegerDigits) return null
    return canonicalInteger.test(text) ? text : BigInt(text).toString()
  }
  return fractionText.test(text) ? printFloat(Number(text)) : text
}

/** Whether a JSON number counts as an integer: it is written without fraction and exponent. */
export function isInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 1e21
}

function printNumber(value: number): string {
  return isInteger(value) ? String(value) : printFloat(value)
}

/** Python's shortest notation of a float; the digits are JavaScript's, the layout is not. */
function printFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const magnitude = Math.abs(value)
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace(/(?<=e[+-])(?=\d$)/, '0')
  }
  if (!Number.isInteger(value)) return String(value)
  return Object.is(value, -0) ? '-0.0' : `${value}.0`
}

const maxNesting = 100

/** What `str` prints for a list or an object; null where it is nested too deep. */
function printNested(value: Json, depth: number): string | null {
  if (depth > maxNesting) return null
  if (value === null) return 'None'
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object') return print(value)
  return Array.isArray(value) ? printList(value, depth) : printObject(value as JsonObject, depth)
}

function printList(list: readonly Json[], depth: number): string | null {
  const items: string[] = []
  for (const item of list) {
    const text = printNested(item, depth + 1)
    if (text === null) return null
    items.push(text)
  }
  return `[${items.join(', ')}]`
}

function printObject(object: JsonObject, depth: number): string | null {
  const members: string[] = []
  for (const [name, member] of Object.entries(object)) {
    const text = printNested(member, depth + 1)
    if (text === null) return null
    members.push(`${quote(name)}: ${text}`)
  }
  return `{${members.join(', ')}}`
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const escaped = text.replace(/[\\\u0000-\u001f\u007f-\u00a0\u00ad]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, '0')
    return shortEscapes.get(character) ?? `\\x${code}`
  })
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}

const blanks = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*'
const digits = '[0-9]+(?:_[0-9]+)*'
const integerGrammar = new RegExp(`^${blanks}([+-]?${digits})${blanks}$`)
const floatGrammar = new RegExp(
  `^${blanks}([+-]?(?:(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e[+-]?${digits})?|inf(?:inity)?|nan))${blanks}$`,
  'i',
)

/** Python reads the digits of every script. */
function withAsciiDigits(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => (isDigit(character) ? digitValue(character) : character))
}

function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character)
}

/** Unicode puts the ten digits of a script in a row, and scripts only behind complete rows. */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let before = 0
  while (isDigit(String.fromCodePoint(code - before - 1))) before += 1
  return String(before % 10)
}

/** Reads text as Python's `int` does: blanks around it, a sign, underscores between digits. Null for anything else. */
export function parseInteger(text: string): bigint | null {
  const numeral = integerGrammar.exec(withAsciiDigits(text))?.[1]?.replaceAll('_', '')
  return numeral === undefined || numeral.length > maxIntegerDigits ? null : BigInt(numeral)
}

/** Reads text as Python's `float` does, infinities and NaN included. Null for anything else. */
export function parseFloatText(text: string): number | null {
  const numeral = floatGrammar.exec(withAsciiDigits(text))?.[1]?.replaceAll('_', '').toLowerCase()
  if (numeral === undefined) return null
  if (numeral.endsWith('nan')) return Number.NaN
  return numeral.includes('inf') ? Number(`${numeral.startsWith('-') ? '-' : ''}Infinity`) : Number(numeral)
}

/** Orders text by code points, as Python does; JavaScript's own order is by UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let position = 0; position < shorter; position += 1) {
    const left = a.charCodeAt(position)
    const right = b.charCodeAt(position)
    if (left !== right) return codePointRank(left) - codePointRank(right)
  }
  return a.length - b.length
}

/** Puts surrogates, which stand for code points from U+10000, behind the rest of the UTF-16 units. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
