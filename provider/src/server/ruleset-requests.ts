/** The two requests by which rulesets come: the stream, and the whole of it. */
import { formatVersion, isSealedRuleset, knownDialects, type SealedRuleset } from '@switchyard/engine'
import { isObject, parseObject, parseRetryAfter, textOf } from '../ofrep/index.js'
import { FeedError, failureOfStatus, type FeedFailure } from './feed-failure.js'
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
/** So much of a refusal is read. */
const maxRefusalBytes = 16_384

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
  if (response.status !== 200) throw new FeedError(await failureOf(response))
  const contentType = response.header('content-type') ?? ''
  // What stands in front of the relay may have a page for every address, and keep the connection open.
  if (contentType === '' || /^text\/event-stream\b/i.test(contentType)) return response.chunks
  throw new FeedError({ kind: 'unavailable', message: 'what answers in place of the event stream is none' })
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
  if (response.status !== 200 && !isUnchanged) throw new FeedError(await failureOf(response))
  const text = await read(response.chunks, { maxBytes: maxBodyBytes, heard })
  return {
    ruleset: isUnchanged ? null : readRuleset(text),
    etag: response.header('etag'),
    isStale: isOldData(response.header('switchyard-state')),
  }
}

/**
 * Reads a ruleset. Whatever is not whole is refused as a whole, so that it replaces nothing.
 *
 * @throws FeedError for another format, and for what is no ruleset
 */
export function readRuleset(text: string): SealedRuleset {
  const ruleset = JSON.parse(text) as unknown
  const version = isObject(ruleset) ? ruleset['ruleset'] : undefined
  if (isSealedRuleset(ruleset)) return ruleset
  if (version === formatVersion) {
    throw new FeedError({ kind: 'unavailable', message: 'the relay sent a ruleset that is not whole' })
  }
  const message = `rulesets of format ${String(version)} are not known to this provider`
  throw new FeedError({ kind: typeof version === 'number' ? 'format' : 'absent', message })
}

function addressOf(baseUrl: string, name: 'stream' | 'ruleset'): string {
  return `${baseUrl.replace(/\/+$/, '')}/switchyard/v1/${name}`
}

/** With the relay's own words for it, where it has some. */
async function failureOf({ status, header, chunks }: StreamResponse): Promise<FeedFailure> {
  const body = await read(chunks, { maxBytes: maxRefusalBytes }).catch(() => '')
  const details = textOf(parseObject(body)?.['errorDetails'])
  return failureOfStatus(status, parseRetryAfter(header('retry-after'), Date.now()), details)
}

async function read(
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes, heard }: { readonly maxBytes: number; readonly heard?: () => void },
): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of chunks) {
    heard?.()
    length += chunk.length
    if (length > maxBytes) throw new RangeError(`the answer is longer than ${maxBytes} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
