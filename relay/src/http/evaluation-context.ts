/** The evaluation context out of a request body. */
import { isUtf8 } from 'node:buffer'
import { normalizeContext, vendors, type JsonObject } from '@switchyard/engine'

export type ReadContext =
  | { readonly ok: true; readonly context: JsonObject }
  /** What is wrong, for people; holds nothing of what was sent. */
  | { readonly ok: false; readonly problem: string }

/** Attributes that only a program which evaluates in its own process may set. */
const reserved: readonly string[] = [...vendors.values()].flatMap(({ reservedAttributes }) => reservedAttributes ?? [])

/**
 * Reads `{"context": {...}}`. Clients without a context send all kinds of nothing: an empty body, `{}`, a context that is null.
 * They get an empty context. Reserved attributes are left out.
 */
export function readEvaluationContext(body: Buffer): ReadContext {
  if (!isUtf8(body)) return wrong('the body is not UTF-8')
  let parsed: unknown
  try {
    const text = body.toString()
    parsed = text.trim() === '' ? null : JSON.parse(text)
  } catch {
    return wrong('the body is not JSON')
  }
  if (typeof parsed !== 'object' || Array.isArray(parsed)) return wrong('the body is not a JSON object')
  const context = parsed !== null && 'context' in parsed ? parsed.context : null
  if (context === null) return { ok: true, context: {} }
  if (typeof context !== 'object' || Array.isArray(context)) return wrong('context is not an object')
  return accept(context)
}

function accept(sent: object): ReadContext {
  const context = normalizeContext(sent)
  const targetingKey = context['targetingKey'] ?? null
  if (targetingKey !== null && typeof targetingKey !== 'string') return wrong('context.targetingKey is not a string')
  if (!reserved.some((name) => Object.hasOwn(context, name))) return { ok: true, context }
  return { ok: true, context: Object.fromEntries(Object.entries(context).filter(([name]) => !reserved.includes(name))) }
}

function wrong(problem: string): ReadContext {
  return { ok: false, problem }
}
