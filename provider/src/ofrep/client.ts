/** An OFREP 0.3.0 client without opinions: it asks, reads strictly, and says what it got. */
import { parseObject, readFlag, readFlags, textOf, type FlagSet } from './read-answer.js'
import { parseRetryAfter } from './retry-after.js'
import type { Failure, FlagAnswer, Transport, TransportResponse } from './wire.js'

/** Whom to ask, and how. */
export interface OfrepServer {
  /** Ends before `/ofrep`; a path prefix is kept, trailing slashes are not. */
  readonly baseUrl: string
  readonly headers: { readonly [name: string]: string }
  readonly transport: Transport
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** What a bulk request may carry besides the context. */
export interface BulkConditions {
  /** Validator of the answer held, for a 304. */
  readonly etag?: string | null | undefined
  /** Hints from a change event: the server may wait until it has that version. */
  readonly query?: string | undefined
}

export interface BulkAnswer extends FlagSet {
  readonly kind: 'flags'
  readonly etag: string | null
  readonly eventStreams: readonly unknown[]
}

export type BulkResult = { readonly response?: TransportResponse } & (
  BulkAnswer | { readonly kind: 'unchanged' } | Failure
)
export type FlagResult = { readonly response?: TransportResponse } & (FlagAnswer | Failure)

/** Evaluates one flag. Never rejects. */
export async function evaluateFlag(server: OfrepServer, flagKey: string, context: object): Promise<FlagResult> {
  const path = pathOf(flagKey)
  if (path === null) return notAddressable
  return post(server, { path, context }, (response) => readSingle(response, flagKey))
}

/** Addresses end at such a key, or have it taken out, however it is encoded: `/flags/..` is another address. */
const unaddressable = /^\.{0,2}$/

const notAddressable: FlagAnswer = {
  kind: 'error',
  errorCode: 'FLAG_NOT_FOUND',
  errorDetails: 'no flag can be asked for by this key, as no address can hold it',
  metadata: {},
}

function pathOf(flagKey: string): string | null {
  if (unaddressable.test(flagKey)) return null
  try {
    return `/${encodeURIComponent(flagKey)}`
  } catch {
    return null
  }
}

/** Evaluates all flags. Never rejects. */
export function evaluateFlags(
  server: OfrepServer,
  context: object,
  { etag, query = '' }: BulkConditions = {},
): Promise<BulkResult> {
  const headers = etag ? { 'if-none-match': etag } : undefined
  return post(server, { path: query && `?${query}`, context, headers }, (response) =>
    etag && response.status === 304 ? { kind: 'unchanged' } : readBulk(response),
  )
}

interface Question {
  /** After the address of the flags. */
  readonly path: string
  readonly context: object
  readonly headers?: { readonly [name: string]: string } | undefined
}

async function post<Result>(
  { baseUrl, headers, transport, now }: OfrepServer,
  question: Question,
  read: (response: TransportResponse) => Result | null,
): Promise<(Result | Failure) & { readonly response?: TransportResponse }> {
  const root = `${baseUrl.replace(/\/+$/, '')}/ofrep/v1/evaluate/flags`
  try {
    const response = await transport({
      url: root + question.path,
      headers: { 'content-type': 'application/json', ...headers, ...question.headers },
      body: JSON.stringify({ context: question.context }),
    })
    return { ...(read(response) ?? failureOf(response, now())), response }
  } catch (error) {
    return { kind: 'unavailable', message: `no answer from ${root}: ${String(error)}` }
  }
}

/** The flag in an answer that is about that flag: 200 with a value, any other status with an error code. */
function readSingle({ status, body }: TransportResponse, flagKey: string): FlagAnswer | null {
  const flag = readFlag(parseObject(body))
  if (flag?.key !== flagKey) return null
  return (status === 200) === (flag.kind === 'value') ? flag : null
}

function readBulk({ status, body, header }: TransportResponse): BulkAnswer | null {
  const answer = status === 200 ? parseObject(body) : null
  const set = readFlags(answer)
  const streams = answer?.['eventStreams']
  return set && { kind: 'flags', ...set, etag: header('etag'), eventStreams: Array.isArray(streams) ? streams : [] }
}

function failureOf({ status, body, header }: TransportResponse, nowMs: number): Failure {
  const error = parseObject(body)
  const code = textOf(error?.['errorCode'])
  const details = textOf(error?.['errorDetails']) ?? code
  const errorCode = status === 400 ? code : undefined
  const retryAfterMs = parseRetryAfter(header('retry-after'), nowMs)
  const message = status === 200 ? 'the answer is not OFREP' : `status ${status}${details ? `: ${details}` : ''}`
  return { kind: kindOf(status, errorCode, retryAfterMs), message, errorCode, retryAfterMs }
}

function kindOf(status: number, errorCode: string | undefined, retryAfterMs: number | null): Failure['kind'] {
  if (status === 401 || status === 403) return 'refused'
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return 'later'
  if (errorCode) return 'invalid'
  return status >= 500 ? 'unavailable' : 'foreign'
}
