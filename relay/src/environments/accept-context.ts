/** What of an evaluation context that was sent to us is evaluated. */
import { normalizeContext, vendors, type JsonObject } from '@switchyard/engine'

export type AcceptedContext =
  | { readonly ok: true; readonly context: JsonObject }
  /** What is wrong, for people; holds nothing of what was sent. */
  | { readonly ok: false; readonly problem: string }

/** Attributes that only a program which evaluates in its own process may set. */
const reserved: readonly string[] = [...vendors.values()].flatMap(({ reservedAttributes }) => reservedAttributes ?? [])

/** Normalises a context and leaves reserved attributes out. */
export function acceptContext(sent: object): AcceptedContext {
  const context = normalizeContext(sent)
  const targetingKey = context['targetingKey'] ?? null
  if (targetingKey !== null && typeof targetingKey !== 'string') {
    return { ok: false, problem: 'context.targetingKey is not a string' }
  }
  if (!reserved.some((name) => Object.hasOwn(context, name))) return { ok: true, context }
  return { ok: true, context: Object.fromEntries(Object.entries(context).filter(([name]) => !reserved.includes(name))) }
}
