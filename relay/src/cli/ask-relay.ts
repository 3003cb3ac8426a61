/** Asks the management plane of a running relay for explanations. */
import type { ExplainAnswer } from '../management/explain.js'
import { exitCode, type CommandHost } from './command.js'
import type { Explaining, ExplainQuestion, RelayAddress } from './explained.js'

const timeoutMs = 30_000

/** Never rejects: what went wrong is in the result. */
export async function askRelay(
  { url, environment }: RelayAddress,
  { flagKeys, context, nowMs, isRedacted }: ExplainQuestion,
  { env }: CommandHost,
): Promise<Explaining> {
  const token = env['SWITCHYARD_MANAGEMENT__TOKEN']
  const body = {
    ...(environment === undefined ? {} : { environment }),
    ...(flagKeys === null ? {} : { flag: flagKeys }),
    context,
    ...(nowMs === null ? {} : { now: new Date(nowMs).toISOString() }),
    redact: isRedacted,
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      // The token is for this address alone.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return readAnswer(url, response.status, await response.text())
  } catch (error) {
    return { ok: false, code: exitCode.unavailable, message: `${url}: ${reasonOf(error)}` }
  }
}

function readAnswer(url: string, status: number, text: string): Explaining {
  const parsed = parseJson(text)
  if (status === 200 && isAnswer(parsed))
    return { ok: true, title: `environment ${parsed.environment}`, answer: parsed }
  const { code = '', message = text.slice(0, 200) } = isRefusal(parsed) ? parsed.error : {}
  return {
    ok: false,
    code: exitCode.failure,
    message: `${url}: ${[status, code, message].filter((part) => part !== '').join(' ')}`,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isAnswer(value: unknown): value is ExplainAnswer {
  return typeof value === 'object' && value !== null && 'explanations' in value && Array.isArray(value.explanations)
}

function isRefusal(value: unknown): value is { readonly error: { readonly code?: string; readonly message?: string } } {
  return typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'object'
}

/** `fetch` says what failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  return error.cause instanceof Error ? error.cause.message : error.message
}
