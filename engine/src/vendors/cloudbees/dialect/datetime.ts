/** Points in time. The language has a type for them, JSON has none: here they are objects that nothing else makes. */
import { type Operator, unary } from '../../../ruleset/dialect.js'
import { isRecord, member } from '../../../ruleset/json.js'
import type { Json } from '../../../ruleset/types.js'

const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d:\d\d))$/

/** RFC 3339 text as epoch milliseconds, finer fractions cut; null for anything else. */
function parseRfc3339(text: string): number | null {
  const match = rfc3339.exec(text)
  if (match === null) return null
  const [, date = '', time = '', fraction = '', offset = 'Z'] = match
  const local = Date.parse(`${date}T${time}Z`)
  // A day that its month does not have is no date, however lenient the parser.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) return null
  const ms = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  return Number.isNaN(ms) ? null : ms
}

/** Epoch seconds, or RFC 3339 text, as epoch milliseconds; null for anything else. */
export function instantOf(value: Json): number | null {
  if (typeof value === 'string') return parseRfc3339(value)
  return typeof value === 'number' && Number.isFinite(value * 1_000) ? value * 1_000 : null
}

/** The point in time, equal to nothing and of use only to `tsToNum`; null without milliseconds. */
export function datetimeOf(ms: Json): Json {
  return typeof ms === 'number' ? { datetimeMs: ms } : null
}

/** `instant(v)` */
export const instant: Operator = unary(instantOf)

/** `datetime(ms)` */
export const datetime: Operator = unary(datetimeOf)

/** How JSON carries a date, to the letter. */
const jsonDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/**
 * `tsToNum(d)`: a point in time as whole epoch seconds, null for anything else. An evaluation context is JSON, where a date
 * becomes text: text of exactly that form is a date.
 */
export const tsToNum: Operator = unary((value) => {
  const ms = epochMs(value)
  return ms === null ? null : Math.floor(ms / 1_000)
})

function epochMs(value: Json): number | null {
  if (typeof value === 'string') return jsonDate.test(value) ? parseRfc3339(value) : null
  const ms = isRecord(value) ? member(value, 'datetimeMs') : null
  return typeof ms === 'number' ? ms : null
}
