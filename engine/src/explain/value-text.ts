/** Values as they are shown to people: short, on one line, and without what would confuse a terminal. */
import { isRecord } from '../ruleset/json.js'
import type { Json } from '../ruleset/types.js'
import { isPlaceholder } from './placeholder.js'

const maxCharacters = 120
const maxItems = 5

/** A value as JSON, shortened; a value that was left out by its type alone. Null is `nothing`. */
export function valueText(value: Json): string {
  if (value === null) return 'nothing'
  if (typeof value !== 'string') return printable(shortened(JSON.stringify(value)))
  return isPlaceholder(value) ? value : printable(JSON.stringify(shortened(value)))
}

/** The items of a list, the first few of many. */
export function itemsText(items: readonly Json[]): string {
  const shown = items.slice(0, maxItems).map(valueText).join(', ')
  const more = items.length - maxItems
  return items.length === 0 ? 'an empty list' : more > 0 ? `${shown} and ${more} more` : shown
}

/** Names that need no quotes to be told from the words around them. */
const plainName = /^[\p{L}\p{N}_$@./:-]+$/u

/** A name: of a flag, an attribute, a variant. */
export function nameText(name: string): string {
  return isPlaceholder(name) || (plainName.test(name) && name.length <= maxCharacters) ? name : valueText(name)
}

/** Text without quotes around it. */
export function rawText(text: string): string {
  return printable(shortened(text).replace(/[\u0000-\u001f]/g, escaped))
}

/** What an argument that is written in the rule looks like: `{"const": ..}` is what it holds. */
export function staticText(argument: Json): string {
  const value = isRecord(argument) && 'const' in argument ? ((argument as { const?: Json }).const ?? null) : argument
  return Array.isArray(value) ? itemsText(value as readonly Json[]) : valueText(value)
}

function shortened(text: string): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text
}

/** Controls and marks that turn the direction of writing could make a terminal show something else. */
function printable(text: string): string {
  return text.replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
