/** Values that can be made as large as one likes, in the ways that matter to whoever reads them. */
import { repeated } from '../generators/mutation.mjs'

/** A text of that many characters, made of a piece. */
function textOf(piece) {
  return (size) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
}

/** As many items as fit into so many characters of JSON, roughly. */
function listOf(item) {
  return (size) => Array.from({ length: Math.ceil(size / 4) }, (_, index) => item(index))
}

/** By name; `size` is a number of characters, in JSON where it is no text. */
export const growing = {
  letters: textOf('a'),
  'a letter before the end': (size) => `${'a'.repeat(size >> 1)}b${'a'.repeat(size >> 1)}`,
  'a letter in the middle of less': (size) => `${'a'.repeat(size >> 3)}b${'a'.repeat(size >> 3)}`,
  'a letter at the start': (size) => `b${'a'.repeat(size)}`,
  digits: textOf('9'),
  'digits and an end': (size) => `${'1'.repeat(size)}x`,
  'a fraction': (size) => `1.${'3'.repeat(size)}`,
  blanks: textOf(' '),
  'blanks around a number': (size) => `${' '.repeat(size)}1${' '.repeat(size)}x`,
  dots: textOf('.'),
  'numbers and dots': textOf('1.'),
  'a version': (size) => `1.2.3-${textOf('a.')(size)}0`,
  'digits and underscores': textOf('1_'),
  brackets: textOf('['),
  'quotes and backslashes': textOf('\\"'),
  'other letters': textOf('é'),
  surrogates: textOf('😀'),
  'cut surrogates': textOf('\ud800'),
  'other digits': textOf('٣'),
  'JSON of a list': (size) => JSON.stringify(listOf((index) => `i${index}`)(size)),
  'items and commas': textOf('a,'),
  'a list of numbers': listOf((index) => index),
  'a list of texts': listOf((index) => `i${index}`),
  'a list of one text': listOf(() => 'gold'),
  'a list of lists': listOf((index) => [index, `${index}`]),
  'a list of objects': listOf((index) => ({ a: index })),
  'a list of nulls': listOf(() => null),
  members: (size) => Object.fromEntries(listOf((index) => [`m${index}`, index])(size / 4)),
}

/** Names by which things are told apart. */
const identifying = /^(?:_?id|key|name|identifier|flagKey|variationKey)$/

/**
 * A part of a document, larger: texts longer, lists and objects with more of what they have.
 *
 * @param {unknown} value
 * @param {number} size characters, items or members
 * @param {boolean} isDistinct whether what identifies the items is made different
 */
export function grown(value, size, isDistinct) {
  if (typeof value === 'string') return textOf(value === '' ? 'a' : value)(size)
  const count = Object.keys(value).length
  const copies = repeated(value, Math.ceil(size / count))
  const entries = Object.entries(copies).slice(0, size)
  const changed = isDistinct ? entries.map(([name, item], index) => [name, renamed(item, index)]) : entries
  return Array.isArray(value) ? changed.map(([, item]) => item) : Object.fromEntries(changed)
}

function renamed(value, index) {
  if (typeof value === 'string') return `${value}-${index}`
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => {
      if (identifying.test(name)) return [name, typeof child === 'number' ? child + index : `${child}-${index}`]
      return [
        name,
        typeof child === 'object' && child !== null && !Array.isArray(child) ? renamed(child, index) : child,
      ]
    }),
  )
}
