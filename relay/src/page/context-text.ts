/** An evaluation context as a person types it. */

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
  } catch (error) {
    return wrong(`this is not JSON yet${whereIn(text, error)}. ${hint}`)
  }
  if (typeof context === 'object' && context !== null && !Array.isArray(context)) return { ok: true, context }
  return wrong(
    `a context is an object in braces, and this is ${Array.isArray(context) ? 'a list' : kindOf(context)}. ${hint}`,
  )
}

const hint =
  'A context looks like {"targetingKey": "user-1", "plan": "gold"}, with double quotes around every name and text'

function wrong(message: string): TypedContext {
  return { ok: false, message }
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`
}

/** Where the message tells the position, which browsers do for most mistakes and not for all. */
function whereIn(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const [, position] = /position (\d+)/.exec(message) ?? []
  if (position === undefined) return ''
  const before = text.slice(0, Number(position)).split('\n')
  return `: look at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`
}
