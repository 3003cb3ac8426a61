/** A Flagbase poller on loopback: raw and evaluated flags, its own idea of a validator, and scripted faults. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerWith, type Fault } from './faults.js'

export interface FakeFlagbase {
  readonly baseUrl: string
  readonly serverKey: string
  readonly clientKey: string
  readonly requests: readonly {
    readonly path: string
    readonly headers: IncomingMessage['headers']
    readonly status: () => number
  }[]
  /** Publishes a raw ruleset. */
  publish(ruleset: RawRuleset): void
  /** Applies to every request for the raw ruleset until it is null again. */
  fault: Fault | null
  close(): Promise<void>
}

export interface RawRuleset {
  readonly data: readonly unknown[]
}

/** What a context gets, in the document's order; the fake evaluates nothing itself. */
export type Evaluate = (context: Readonly<Record<string, unknown>>) => readonly EvaluatedFlag[]

export interface EvaluatedFlag {
  readonly flagKey: string
  readonly variationKey: string
  readonly reason: string
}

export async function startFakeFlagbase(ruleset: RawRuleset, evaluate: Evaluate = () => []): Promise<FakeFlagbase> {
  const fake = new Fake(ruleset, evaluate)
  await fake.listen()
  return fake
}

/** What the poller answers before its headers for other origins are added. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

class Fake implements FakeFlagbase {
  readonly serverKey = 'sdk-server_fake'
  readonly clientKey = 'sdk-client_fake'
  readonly requests: { path: string; headers: IncomingMessage['headers']; status: () => number }[] = []
  fault: Fault | null = null
  #ruleset: RawRuleset
  readonly #evaluate: Evaluate
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  constructor(ruleset: RawRuleset, evaluate: Evaluate) {
    this.#ruleset = ruleset
    this.#evaluate = evaluate
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  publish(ruleset: RawRuleset): void {
    this.#ruleset = ruleset
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers } = request
    this.requests.push({ path: url, headers, status: () => response.statusCode })
    if (method === 'OPTIONS' && headers.origin !== undefined) return send(response, preflight, headers)
    if (url !== '/' || (method !== 'GET' && method !== 'POST')) return send(response, notFound, headers)
    if (method === 'POST') return send(response, this.#evaluated(await textOf(request), headers), headers)
    const right = this.#raw(headers)
    if (this.fault !== null) return answerWith(this.fault, response, right)
    send(response, right, headers)
  }

  #raw(headers: IncomingMessage['headers']): Answer {
    // A fault stands for a poller that accepts the key.
    if (headers['x-sdk-key'] === this.serverKey || this.fault !== null) return answerOf(this.#ruleset.data)
    const hint = ' - make sure your using the correct type of SDK key (i.e. server)'
    return errorOf(500, `cannot find SDK key${hint}`, digestOf('null'))
  }

  #evaluated(body: string, headers: IncomingMessage['headers']): Answer {
    const context = readContext(body)
    if (typeof context === 'string') return errorOf(400, context)
    const key = headers['x-sdk-key']
    if (key !== this.serverKey && key !== this.clientKey) return errorOf(500, 'cannot find SDK key', digestOf('[]'))
    const flags = this.#evaluate(context)
    const data = flags.map(({ flagKey, reason, variationKey }) => {
      return { type: 'evaluated_flag', attributes: { flagKey, reason, variationKey } }
    })
    const validated = flags.map(({ flagKey, variationKey, reason }) => ({ flagKey, variationKey, reason }))
    return answerOf(data, digestOf(JSON.stringify(validated)))
  }
}

const contentType = 'application/vnd.api+json'

const notFound: Answer = { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' }

const preflight: Answer = {
  status: 204,
  headers: {
    'access-control-allow-headers': '*',
    'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE,OPTIONS',
    'access-control-max-age': '43200',
  },
  body: '',
}

/** An answer with its validator: bare hexadecimal digits, without quotes. */
function answerOf(data: readonly unknown[], etag: string = digestOf(JSON.stringify(data))): Answer {
  return { status: 200, headers: { 'content-type': contentType, etag }, body: JSON.stringify({ data }) }
}

/** Failures have a validator too, that of an empty answer; a body that cannot be read has none. */
function errorOf(status: 400 | 500, message: string, etag?: string): Answer {
  const headers =
    etag === undefined ? { 'content-type': 'text/plain; charset=utf-8' } : { 'content-type': contentType, etag }
  return { status, headers, body: JSON.stringify({ errors: [{ code: 'InternalError', message }] }) }
}

/** The validator is compared with the request's `ETag`, whatever `If-None-Match` says. */
function send(response: ServerResponse, { status, headers, body }: Answer, asked: IncomingMessage['headers']): void {
  const crossOrigin: Record<string, string> =
    asked.origin === undefined
      ? {}
      : {
          'access-control-allow-credentials': 'true',
          'access-control-allow-origin': '*',
          ...(status === 204 ? {} : exposed),
        }
  const etag = headers['etag']
  if (status === 200 && etag !== undefined && asked['etag'] === etag)
    response.writeHead(304, { etag, ...crossOrigin }).end()
  else response.writeHead(status, { ...headers, ...crossOrigin }).end(body)
}

const exposed = { 'access-control-expose-headers': '*' }

/** The context in a request's body, or what is wrong with it; Go's own words for it are not imitated, except for nothing. */
function readContext(body: string): Readonly<Record<string, unknown>> | string {
  if (body === '') return 'EOF'
  try {
    const context: unknown = JSON.parse(body)
    if (typeof context !== 'object' || context === null) return 'the body is no object'
    const { identifier = '' } = context as { readonly identifier?: unknown }
    return typeof identifier === 'string' ? { ...context } : 'the identifier is no text'
  } catch {
    return 'the body is not JSON'
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
