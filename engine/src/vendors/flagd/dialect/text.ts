/** `cat`, `substr`, `starts_with` and `ends_with`. */
import type { Json } from '../../../ruleset/types.js'
import { isList, itemAt, listOf, toInteger, toText, trimSpace } from './conversion.js'
import { costly, eager, type EagerOperator, pairwise } from './eager.js'
import { fail } from './failure.js'

/** What `cat` may build at most: doubling a text in a loop must not fill the memory. */
const maxTextLength = 1_000_000

/** Of two parts and more the outer white space is trimmed. */
function concatenate(value: Json): Json {
  if (typeof value === 'string') return value
  const parts = listOf(value).map(toText)
  if (parts.length < 2) return parts[0] ?? ''
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return length > maxTextLength ? fail() : trimSpace(parts.join(''))
}

function concatenatePair(a: Json, b: Json): Json {
  const text = toText(a) + toText(b)
  return text.length > maxTextLength ? fail() : trimSpace(text)
}

/** Counts code points. A start beyond the end, or still before the beginning, gives the whole text. */
function substring(value: Json): Json {
  const list = listOf(value)
  const text = toText(itemAt(list, 0))
  // Where no character takes two units, units are as good, and much faster.
  const points = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text
  let from = toInteger(itemAt(list, 1))
  if (from < 0) from += points.length
  if (from < 0 || from > points.length) return text
  const length = list.length === 3 ? toInteger(list[2] as Json) : points.length
  const to = Math.min(length < 0 ? points.length + length : from + length, points.length)
  // Go panics where the end lies before the start.
  if (to < from) return fail()
  return typeof points === 'string' ? points.slice(from, to) : points.slice(from, to).join('')
}

/** Null unless there are exactly two texts. */
function affix(holds: (text: string, part: string) => boolean): EagerOperator {
  const ofPair = (text: Json, part: Json): Json =>
    typeof text === 'string' && typeof part === 'string' ? holds(text, part) : null
  return pairwise(ofPair, (value) =>
    isList(value) && value.length === 2 ? ofPair(value[0] as Json, value[1] as Json) : null,
  )
}

export const texts: ReadonlyMap<string, EagerOperator> = new Map([
  ['cat', costly(pairwise(concatenatePair, concatenate))],
  ['substr', costly(eager(substring))],
  ['starts_with', affix((text, part) => text.startsWith(part))],
  ['ends_with', affix((text, part) => text.endsWith(part))],
])
