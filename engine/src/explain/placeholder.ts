/** What stands for a value that was left out. */
import type { Json } from '../ruleset/types.js'

/** The type of a value in angle brackets, such as `<string>`; null, which is nothing, stays null. */
export function placeholderOf(value: Json): string | null {
  if (value === null) return null
  return `<${Array.isArray(value) ? 'list' : typeof value}>`
}

const placeholders: ReadonlySet<string> = new Set(['<string>', '<number>', '<boolean>', '<list>', '<object>'])

export function isPlaceholder(text: string): boolean {
  return placeholders.has(text)
}
