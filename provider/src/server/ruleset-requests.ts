/** The two requests by which rulesets come: the stream, and the whole of it. */
import { formatVersion, knownDialects, type SealedRuleset } from '@switchyard/engine'
import { isObject, parseRetryAfter } from '../ofrep/index.js'
import { FeedError, failureOfStatus } from './feed-failure.js'
import { isOldData } from './relay-state.js'
import type { ClosableTransport, StreamResponse } from './transport.js'

/** Where rulesets come from. */
export interface RulesetOrigin {
  readonly baseUrl: string
  readonly headers: { readonly [name: string]: string }
  readonly transport: ClosableTransport
}

/** What this reader understands. */
const mediaType = `application/vnd.switchyard.ruleset+json; formatVersion=${formatVersion}; dialect="${knownDialects.join(' ')}"`

/** A ruleset larger than this many bytes is not one. */
const maxBodyBytes = 64 * 1024 * 1024

/**
 * Opens the stream.
 *
 * @param held what the reader has, empty for nothing: `<sequence>-<revision>`
 * @throws FeedError where the relay answers with anything else
 */
export async function openStream(
  { baseUrl, headers, transport }: RulesetOrigin,
  held: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const response = await transport.open({
    url: addressOf(baseUrl, 'stream'),
    headers: {
      ...headers,
      accept: `text/event-stream, ${mediaType}`,
      ...(held === '' ? {} : { 'last-event-id': held }),
    },
    signal,
  })
  if (response.status !== 200) throw new FeedError(failureOf(response))
  return response.chunks
}

/** An answer with the whole ruleset. */
export interface WholeRuleset {
  /** null: it is the one that the validator stands for. */
  readonly ruleset: SealedRuleset | null
  readonly etag: string | null
  /** Whether the relay says that its own data is old. */
  readonly isStale: boolean
}

/**
 * Asks for the whole ruleset.
 *
 * @param heard called with each piece of the answer
 * @throws FeedError where the relay answers with anything else
 */
export async function requestRuleset(
  { baseUrl, headers, transport }: RulesetOrigin,
  { etag, signal, heard }: { readonly etag: string | null; readonly signal: AbortSignal; readonly heard: () => void },
): Promise<WholeRuleset> {
  const response = await transport.open({
    url: addressOf(baseUrl, 'ruleset'),
    headers: { ...headers, accept: mediaType, ...(etag === null ? {} : { 'if-none-match': etag }) },
    signal,
  })
  const isUnchanged = etag !== null && response.status === 304
  if (response.status !== 200 && !isUnchanged) throw new FeedError(failureOf(response))
  const text = await textOf(response.chunks, heard)
  return {
    ruleset: isUnchanged ? null : readRuleset(text),
    etag: response.header('etag'),
    isStale: isOldData(response.header('switchyard-state')),
  }
}

/** @throws FeedError for another format, which is refused as a whole, and for what is no ruleset */
export function readRuleset(text: string): SealedRuleset {
  const ruleset = JSON.parse(text) as unknown
  const version = isObject(ruleset) ? ruleset['ruleset'] : undefined
  if (version === formatVersion) return ruleset as SealedRuleset
  const message = `rulesets of format ${String(version)} are not known to this provider`
  throw new FeedError({ kind: typeof version === 'number' ? 'format' : 'absent', message })
}

function addressOf(baseUrl: string, name: 'stream' | 'ruleset'): string {
  return `${baseUrl.replace(/\/+$/, '')}/switchyard/v1/${name}`
}

function failureOf({ status, header }: StreamResponse): ReturnType<typeof failureOfStatus> {
  return failureOfStatus(status, parseRetryAfter(header('retry-after'), Date.now()))
}

async function textOf(chunks: AsyncIterable<Uint8Array>, heard: () => void): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of chunks) {
    heard()
    length += chunk.length
    if (length > maxBodyBytes) throw new RangeError(`the ruleset is longer than ${maxBodyBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
