/** An OFREP 0.3.0 client without opinions: it asks, reads strictly, and says what it got. */
import { parseObject, readFlag, readMetadata, textOf } from './read-answer.js'
import { parseRetryAfter } from './retry-after.js'
import type { Failure, FlagAnswer, Metadata, Transport, TransportResponse } from './wire.js'

export interface OfrepClientOptions {
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
  readonly etag?: string | undefined
  /** Hints from a change event: the server may wait until it has that version. */
  readonly query?: string | undefined
}

export interface BulkAnswer {
  readonly kind: 'flags'
  readonly flags: ReadonlyMap<string, FlagAnswer>
  readonly metadata: Metadata
  readonly etag: string | null
  readonly eventStreams: readonly unknown[]
}

export type BulkResult = { readonly response?: TransportResponse } & (
  BulkAnswer | { readonly kind: 'unchanged' } | Failure
)
export type FlagResult = { readonly response?: TransportResponse } & (FlagAnswer | Failure)

export interface OfrepClient {
  /** Evaluates one flag. Never rejects. */
  evaluateFlag(flagKey: string, context: object): Promise<FlagResult>
  /** Evaluates all flags. Never rejects. */
  evaluateFlags(context: object, conditions?: BulkConditions): Promise<BulkResult>
}

export function createOfrepClient({ baseUrl, headers, transport, now }: OfrepClientOptions): OfrepClient {
  const root = `${baseUrl.replace(/\/+$/, '')}/ofrep/v1/evaluate/flags`

  async function post<Result>(
    url: string,
    context: object,
    more: { readonly [name: string]: string },
    read: (response: TransportResponse) => Result | null,
  ): Promise<(Result | Failure) & { readonly response?: TransportResponse }> {
    try {
      const request = {
        url,
        headers: { 'content-type': 'application/json', ...headers, ...more },
        body: JSON.stringify({ context }),
      }
      const response = await transport(request)
      return { ...(read(response) ?? failureOf(response, now())), response }
    } catch (error) {
      return {
        kind: 'unavailable',
        message: `no answer from ${root}: ${error instanceof Error ? error.message : String(error)}`,
      }
    }
  }

  return {
    evaluateFlag: (flagKey, context) =>
      post(`${root}/${encodeURIComponent(flagKey)}`, context, {}, (response) => readSingle(response, flagKey)),
    evaluateFlags: (context, { etag, query } = {}) =>
      post(root + (query ? `?${query}` : ''), context, etag === undefined ? {} : { 'if-none-match': etag }, readBulk),
  }
}

/** The flag in an answer that is about that flag: 200 with a value, any other status with an error code. */
function readSingle({ status, body }: TransportResponse, flagKey: string): FlagAnswer | null {
  const flag = readFlag(parseObject(body))
  if (flag?.key !== flagKey) return null
  return (status === 200) === (flag.kind === 'value') ? flag : null
}

function readBulk(response: TransportResponse): BulkAnswer | { readonly kind: 'unchanged' } | null {
  if (response.status === 304) return { kind: 'unchanged' }
  const answer = response.status === 200 ? parseObject(response.body) : null
  const items = answer?.['flags']
  if (!answer || !Array.isArray(items)) return null
  const flags = new Map<string, FlagAnswer>()
  for (const item of items) {
    const flag = readFlag(item)
    if (flag !== null) flags.set(flag.key, flag)
  }
  const streams = answer['eventStreams']
  return {
    kind: 'flags',
    flags,
    metadata: readMetadata(answer['metadata']),
    etag: response.header('etag'),
    eventStreams: Array.isArray(streams) ? streams : [],
  }
}

function failureOf(response: TransportResponse, nowMs: number): Failure {
  const { status } = response
  const error = parseObject(response.body)
  const details = textOf(error?.['errorDetails']) ?? textOf(error?.['errorCode'])
  const message = `status ${status}${details === undefined ? '' : `: ${details}`}`
  if (status === 401 || status === 403) return { kind: 'refused', message }
  const retryAfterMs = parseRetryAfter(response.header('retry-after'), nowMs)
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return { kind: 'later', message, retryAfterMs }
  return { kind: 'unavailable', message: status === 200 ? 'the answer is not OFREP' : message }
}
