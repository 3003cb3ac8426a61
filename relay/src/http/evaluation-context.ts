/** The evaluation context out of a request body. */
import { isUtf8 } from 'node:buffer'
import { acceptContext, type AcceptedContext } from '../environments/accept-context.js'

/**
 * Reads `{"context": {...}}`. Clients without a context send all kinds of nothing: an empty body, `{}`, a context that is null.
 * They get an empty context. Reserved attributes are left out.
 */
export function readEvaluationContext(body: Buffer): AcceptedContext {
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
  return acceptContext(context)
}

function wrong(problem: string): AcceptedContext {
  return { ok: false, problem }
}
