/**
 * Requests to an upstream: one deadline over headers and body, a byte limit counted after decompression, redirects within
 * the origin only, and failures in the relay's own words. It never retries: that is the poll loop's work.
 */
import { createGunzip } from 'node:zlib'
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici'
import { RelayError } from '../../relay-error.js'
import { underFirstOf } from '../first-signal.js'
import type { HttpOptions } from '../http-options.js'
import { failureOf, statusError } from './failures.js'
import { trustOf } from './trust.js'

export interface HttpClientOptions extends Pick<
  HttpOptions,
  'headers' | 'proxy' | 'ca' | 'certificate' | 'key' | 'connectTimeoutMs' | 'timeoutMs' | 'maxDocumentBytes'
> {
  /**
   * Reads the body of an answer that is neither 200 nor 304, for vendors whose status alone does not say what is wrong.
   *
   * @returns undefined where the body says no more than the status
   */
  readonly readRefusal?: (status: number, body: string) => RelayError | undefined
}

export interface HttpClient {
  /**
   * Gets a document.
   *
   * @param headers besides the configured ones, which win
   * @throws RelayError for everything but 200 and 304
   */
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer>
  /** Posts JSON to get a document. A redirect is followed with the same request. Throws like `get`. */
  post(url: URL, json: unknown, signal: AbortSignal): Promise<HttpAnswer>
  /** Where a stream that never ends comes from: no deadline, no limit on its length. */
  stream(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Dispatcher.ResponseData>
  close(): Promise<void>
}

export interface HttpAnswer {
  readonly status: 200 | 304
  readonly body: Buffer
  header(name: string): string | undefined
}

const maxRedirects = 5
/** Of an error's body: enough for a sentence, and to keep the connection. */
const maxErrorBytes = 64 * 1024

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const line: Line = { options, dispatcher: createDispatcher(options) }
  return {
    get: (url, headers, signal) => exchangeInTime(line, url, { headers, signal }),
    post: (url, json, signal) => {
      const headers = { 'content-type': 'application/json' }
      return exchangeInTime(line, url, { headers, signal, posted: JSON.stringify(json) })
    },
    async stream(url, headers, signal) {
      try {
        return await untilAborted(signal, openStream(line, url, { headers, signal }))
      } catch (error) {
        throw failureOf(error, undefined)
      }
    },
    close: () => line.dispatcher.destroy(),
  }
}

interface Line {
  readonly options: HttpClientOptions
  readonly dispatcher: Dispatcher
}

interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** A body, which makes it a POST. */
  readonly posted?: string
}

async function exchangeInTime(line: Line, url: URL, asked: Asked): Promise<HttpAnswer> {
  const { timeoutMs } = line.options
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    return await underFirstOf([asked.signal, deadline], (signal) =>
      untilAborted(signal, exchange(line, url, { ...asked, signal })),
    )
  } catch (error) {
    throw failureOf(error, deadline.aborted ? timeoutMs : undefined)
  }
}

/** Undici heeds a signal only once it is connected, and a handshake may have no end. */
async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort)
  }
}

/** Follows redirects to the answer and reads it to its end. */
async function exchange({ options, dispatcher }: Line, url: URL, asked: Asked): Promise<HttpAnswer> {
  const { posted = null, signal } = asked
  const headers = { accept: 'application/json', 'accept-encoding': 'gzip', ...asked.headers, ...options.headers }
  const sent = { method: posted === null ? 'GET' : 'POST', body: posted, headers, dispatcher, signal } as const
  let target = url
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const response = await request(target, sent)
    const { statusCode: status } = response
    if (status === 200 || status === 304) {
      const body = await readBody(response, options.maxDocumentBytes)
      return { status, body, header: (name) => headerOf(response, name) }
    }
    const location = headerOf(response, 'location')
    if (status < 300 || status >= 400 || location === undefined) throw await refusalOf(response, options)
    await response.body.dump({ limit: maxErrorBytes })
    target = redirected(target, location)
  }
  throw new RelayError('UPSTREAM_REDIRECT', `the upstream redirects more than ${maxRedirects} times`, {
    retryable: true,
  })
}

async function refusalOf(response: Dispatcher.ResponseData, { readRefusal }: HttpClientOptions): Promise<RelayError> {
  const byStatus = statusError(response.statusCode, headerOf(response, 'retry-after'))
  if (readRefusal === undefined) {
    await response.body.dump({ limit: maxErrorBytes })
    return byStatus
  }
  // The status is known: that its explanation is too long, cut or garbled is not worth a failure of its own.
  const body = await readBody(response, maxErrorBytes).catch(() => Buffer.alloc(0))
  return readRefusal(response.statusCode, body.toString('utf8')) ?? byStatus
}

async function openStream(
  { options, dispatcher }: Line,
  url: URL,
  { headers, signal }: Asked,
): Promise<Dispatcher.ResponseData> {
  const response = await request(url, {
    headers: { ...headers, ...options.headers },
    dispatcher,
    signal,
    bodyTimeout: 0,
  })
  if (response.statusCode === 200) return response
  await response.body.dump({ limit: maxErrorBytes })
  throw statusError(response.statusCode, headerOf(response, 'retry-after'))
}

/** @param name in lower case */
function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  return [headers[name]].flat()[0]
}

function createDispatcher({ proxy, ca, certificate, key, connectTimeoutMs }: HttpClientOptions): Dispatcher {
  const connect = { timeout: connectTimeoutMs, ...trustOf(ca) }
  const shown = certificate === undefined || key === undefined ? connect : { ...connect, cert: certificate, key }
  if (proxy === undefined) return new Agent({ connect: shown })
  return new ProxyAgent({ uri: proxy, requestTls: shown, proxyTls: connect })
}

/** A redirect carries the key along, so it may not leave the origin. */
function redirected(from: URL, location: string): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : null
  if (target !== null && target.origin === from.origin) return target
  throw new RelayError(
    'UPSTREAM_REDIRECT',
    `the upstream redirects to another origin (${target?.origin ?? 'no address'})`,
    {
      retryable: true,
    },
  )
}

async function readBody(response: Dispatcher.ResponseData, limit: number): Promise<Buffer> {
  const encoding = headerOf(response, 'content-encoding') ?? 'identity'
  if (encoding !== 'gzip' && encoding !== 'identity') {
    response.body.destroy()
    throw new RelayError('UPSTREAM_MALFORMED', `the body's encoding "${encoding}" was not asked for`, {
      retryable: true,
    })
  }
  const decoded = encoding === 'gzip' ? response.body.pipe(createGunzip()) : response.body
  // pipe() does not carry a failure of the source: without this a cut connection would look like silence.
  if (decoded !== response.body) response.body.on('error', (error) => decoded.destroy(error))
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of decoded as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) {
      response.body.destroy()
      throw new RelayError('UPSTREAM_TOO_LARGE', `the body is longer than ${limit} bytes after decompression`, {
        retryable: true,
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
