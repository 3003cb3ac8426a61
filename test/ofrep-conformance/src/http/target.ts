/** The server under test: its two endpoints, with the suite's credentials unless a rule says otherwise. */
import type { Json, JsonObject } from '../json.js'
import type { Answer } from './answer.js'
import { exchange } from './exchange.js'
import { openStream, type OpenStream } from './event-stream.js'

export interface TargetOptions {
  /** Ends before `/ofrep`; a path is kept. */
  readonly baseUrl: URL
  /** Headers of every request, credentials aside; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Null: the server asks for no key. */
  readonly credentials: Credentials | null
  readonly timeoutMs: number
}

/** A key and where it goes. */
export interface Credentials {
  readonly key: string
  readonly scheme: Scheme
}

/** OFREP's two security schemes. */
export type Scheme = 'bearer' | 'x-api-key'

/** What a rule wants otherwise than usual. */
export interface Asking {
  readonly method?: string
  readonly context?: JsonObject
  /** In place of `{"context":...}`; text goes as it is. */
  readonly body?: Json
  /** In addition, and in place of the usual ones; null leaves one out. Names in lower case. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Without the question mark. */
  readonly query?: string
}

export interface Target {
  readonly options: TargetOptions
  /** The headers that carry a key. */
  keyHeaders(key: string, scheme?: Scheme): Record<string, string>
  /** Asks for one flag. @param encodedKey percent-encoded already */
  single(encodedKey: string, asking?: Asking): Promise<Answer>
  /** Asks for all flags. */
  bulk(asking?: Asking): Promise<Answer>
  /** Opens an event stream, without credentials, as browsers do. */
  stream(url: URL, headers?: Readonly<Record<string, string>>): Promise<OpenStream>
}

const path = '/ofrep/v1/evaluate/flags'

export function createTarget(options: TargetOptions): Target {
  const { baseUrl, credentials, timeoutMs } = options
  const keyHeaders: Target['keyHeaders'] = (key, scheme = credentials?.scheme ?? 'bearer') =>
    scheme === 'bearer' ? { authorization: `Bearer ${key}` } : { 'x-api-key': key }
  const usual = {
    'content-type': 'application/json',
    ...options.headers,
    ...(credentials === null ? {} : keyHeaders(credentials.key)),
  }
  const ask = (suffix: string, asking: Asking): Promise<Answer> => {
    const url = new URL(baseUrl)
    url.pathname = `${baseUrl.pathname.replace(/\/$/, '')}${path}${suffix}`
    if (asking.query !== undefined) url.search = asking.query
    const { method = 'POST' } = asking
    const headers = Object.entries({ ...usual, ...asking.headers }).filter(([, value]) => value !== null)
    const request = { method, url, headers: Object.fromEntries(headers) as Record<string, string> }
    const hasBody = method === 'POST' || asking.body !== undefined
    return exchange(hasBody ? { ...request, body: bodyOf(asking) } : request, timeoutMs)
  }
  return {
    options,
    keyHeaders,
    single: (encodedKey, asking = {}) => ask(`/${encodedKey}`, asking),
    bulk: (asking = {}) => ask('', asking),
    stream: (url, headers = {}) => openStream(url, headers, timeoutMs),
  }
}

function bodyOf({ body, context = {} }: Asking): string {
  if (typeof body === 'string') return body
  return JSON.stringify(body ?? { context })
}
