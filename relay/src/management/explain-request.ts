/** What a request for explanations asks. */
import type { JsonObject } from '@switchyard/engine'
import { acceptContext } from '../environments/accept-context.js'
import { parseTime } from '../parse-time.js'

export interface ExplainRequest {
  /** Undefined: the only one there is. */
  readonly environment: string | undefined
  /** Each once; null: all of them. */
  readonly flagKeys: readonly string[] | null
  readonly context: JsonObject
  /** Epoch milliseconds; null: the time of the request. */
  readonly nowMs: number | null
  readonly isRedacted: boolean
  /** Whether each explanation is wanted as text, too. */
  readonly isTold: boolean
}

export type ReadRequest =
  | { readonly ok: true; readonly request: ExplainRequest }
  /** What is wrong, for people; holds nothing of the context. */
  | { readonly ok: false; readonly message: string }

const members = ['environment', 'flag', 'context', 'now', 'redact', 'text'] as const

/** Reads the parsed body. A misspelt member is an error: without it, the answer would be about something else. */
export function readExplainRequest(body: unknown): ReadRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return wrong('the body is not a JSON object')
  const unknown = Object.keys(body).filter((name) => !members.some((member) => member === name))
  if (unknown.length > 0) {
    return wrong(`the body has the member ${JSON.stringify(unknown[0])}: known are ${members.join(', ')}`)
  }
  const {
    environment,
    flag,
    context = {},
    now,
    redact = false,
    text = false,
  } = body as Partial<Record<string, unknown>>
  if (environment !== undefined && typeof environment !== 'string') return wrong('environment is not a string')
  if (typeof redact !== 'boolean') return wrong('redact is neither true nor false')
  if (typeof text !== 'boolean') return wrong('text is neither true nor false')
  const flagKeys = readFlagKeys(flag)
  if (flagKeys === undefined) return wrong('flag is neither a flag key nor a list of flag keys')
  const nowMs = readNow(now)
  if (nowMs === undefined) return wrong('now is not a time such as 2026-01-31T12:00:00Z')
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    return wrong('context is not an object')
  const accepted = acceptContext(context)
  if (!accepted.ok) return wrong(accepted.problem)
  const asked = { environment, flagKeys, context: accepted.context, nowMs, isRedacted: redact, isTold: text }
  return { ok: true, request: asked }
}

/** @returns undefined for what is no time */
function readNow(now: unknown): number | null | undefined {
  if (now === undefined) return null
  return typeof now === 'string' ? (parseTime(now) ?? undefined) : undefined
}

/** @returns undefined for what names no flags */
function readFlagKeys(flag: unknown): readonly string[] | null | undefined {
  if (flag === undefined) return null
  if (typeof flag === 'string') return [flag]
  if (!Array.isArray(flag) || !flag.every((key) => typeof key === 'string')) return undefined
  return [...new Set(flag as readonly string[])]
}

function wrong(message: string): ReadRequest {
  return { ok: false, message }
}
