/** An evaluation context as a person types it. */
import { findJsonMistake } from './json-mistake.js'

export type TypedContext =
  | { readonly ok: true; readonly context: object }
  /** What is wrong and what to do, for people. */
  | { readonly ok: false; readonly message: string }

/** Nothing at all is an empty context. */
export function readContext(text: string): TypedContext {
  if (text.trim() === '') return { ok: true, context: {} }
  let context: unknown
  try {
    context = JSON.parse(text)
  } catch {
    return wrong(`this is not JSON yet${whereIn(text)}. ${hint}`)
  }
  if (typeof context === 'object' && context !== null && !Array.isArray(context)) return { ok: true, context }
  return wrong(
    `a context is an object in braces, and this is ${Array.isArray(context) ? 'a list' : kindOf(context)}. ${hint}`,
  )
}

const hint =
  'A context looks like {"targetingKey": "user-1", "plan": "gold"}, with double quotes around every name and text.'

function wrong(message: string): TypedContext {
  return { ok: false, message }
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`
}

/** Place and kind of the first mistake; columns count characters as people see them. */
function whereIn(text: string): string {
  const mistake = findJsonMistake(text)
  if (mistake === null) return ''
  const before = text.slice(0, mistake.position).split(/\r\n|\r|\n/)
  const column = Array.from(new Intl.Segmenter().segment(before.at(-1) ?? '')).length + 1
  return `: look at line ${before.length}, column ${column}, where ${mistake.what}`
}
