/**
 * A server that keeps every rule, on a free port, and that a test can break in one place: between what it would answer and what
 * it sends.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { isObject, parseJson, type Json, type JsonObject } from '../src/json.js'

export const modelKey = 'model-key'
const allowedOrigin = 'https://app.example'

/** What was asked. */
export interface Asked {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly text: string
  /** Decoded; null on the bulk endpoint and elsewhere. */
  readonly flagKey: string | null
}

export interface Answered {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  /** Undefined: no body. */
  readonly body?: Json
  /** Sent in place of `body`. */
  readonly text?: string
}

export interface Fault {
  /** Changes an answer before it is sent. */
  readonly answer?: (answered: Answered, asked: Asked) => Answered
  /** Changes the head of an event stream. */
  readonly streamHead?: (answered: Answered, asked: Asked) => Answered
  /** Changes the text of an event; empty: it is not sent. */
  readonly event?: (text: string) => string
  /** Sends no heartbeats. */
  readonly isSilent?: true
}

interface ModelFlag {
  readonly success?: JsonObject
  readonly failure?: string
}

const flagsOf = (revision: number, context: JsonObject): ReadonlyMap<string, ModelFlag> =>
  new Map<string, ModelFlag>([
    [
      'on',
      {
        success: { value: true, variant: 'on', reason: 'STATIC', metadata: { team: 'shop', cost: 1.5, isOld: false } },
      },
    ],
    ['greeting', { success: { value: `hello ${revision}`, variant: `v${revision}`, reason: 'DEFAULT' } }],
    ['ten', { success: { value: 10, variant: 'ten', reason: 'STATIC' } }],
    ['half', { success: { value: 0.5, variant: 'half', reason: 'SPLIT' } }],
    ['search', { success: { value: { engine: 'next', weights: [1, 2.5] }, reason: 'STATIC' } }],
    ['retired', { success: { reason: 'DISABLED', variant: 'off' } }],
    ['plan', { success: { value: context['plan'] === 'gold', reason: 'TARGETING_MATCH' } }],
    ['a/b c?', { success: { value: 'slashed', reason: 'STATIC' } }],
    ['größe 旗', { success: { value: 'unicode', reason: 'STATIC' } }],
    ['bad-rule', { failure: 'PARSE_ERROR' }],
    [
      'needs-key',
      'targetingKey' in context ? { success: { value: 1, reason: 'SPLIT' } } : { failure: 'TARGETING_KEY_MISSING' },
    ],
    ['bad-context', { failure: 'INVALID_CONTEXT' }],
    ['broken', { failure: 'GENERAL' }],
  ])

const withoutTargetingKey = { plan: 'free' }

/** What the suite is told of it. @param url of the server */
export function modelDescription(url: string): JsonObject {
  return {
    context: { targetingKey: 'user-1', plan: 'free' },
    otherContext: { targetingKey: 'user-1', plan: 'gold' },
    metadata: { version: 'v1' },
    flags: {
      on: { value: true, variant: 'on', reason: 'STATIC', metadata: { team: 'shop' } },
      ten: { value: 10 },
      half: { value: 0.5 },
      plan: { value: true, context: { targetingKey: 'user-1', plan: 'gold' } },
      search: { value: { weights: [1, 2.5], engine: 'next' } },
      retired: { codeDefault: true, reason: 'DISABLED' },
      'a/b c?': { value: 'slashed' },
      'größe 旗': { value: 'unicode' },
      'bad-rule': { errorCode: 'PARSE_ERROR' },
      'needs-key': { errorCode: 'TARGETING_KEY_MISSING', context: withoutTargetingKey },
      'bad-context': { errorCode: 'INVALID_CONTEXT' },
      broken: { errorCode: 'GENERAL' },
    },
    provoke: {
      forbidden: { headers: { 'X-Provoke': '403' }, flag: 'on' },
      rateLimited: { headers: { 'X-Provoke': '429' }, attempts: 3 },
      serverError: { headers: { 'X-Provoke': '500' }, flag: 'on' },
      change: { url: `${url}/change` },
    },
    cors: { origin: allowedOrigin, refusedOrigin: 'https://evil.example' },
    eventStream: { heartbeatWithinMs: 10_000 },
  }
}

const heartbeatMs = 20
const bulkPath = '/ofrep/v1/evaluate/flags'
const json = { 'content-type': 'application/json' }

export interface ModelServer {
  readonly url: string
  /** Every request, as it came. */
  readonly asked: Asked[]
}

/** Starts a server that ends with the test. */
export async function startModelServer(fault: Fault = {}): Promise<ModelServer> {
  const model = new Model(fault)
  const server = createServer((request, response) => void model.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    model.close()
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: model.asked }
}

class Model {
  readonly asked: Asked[] = []
  readonly #fault: Fault
  readonly #streams = new Set<ServerResponse>()
  readonly #heartbeat: NodeJS.Timeout
  #revision = 1

  constructor(fault: Fault) {
    this.#fault = fault
    this.#heartbeat = setInterval(() => fault.isSilent ?? this.#sendAll(':\n\n'), heartbeatMs)
  }

  close(): void {
    clearInterval(this.#heartbeat)
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await read(request)
    if (asked.path === '/change') return this.#change(response)
    this.asked.push(asked)
    if (asked.path === '/events') return this.#stream(asked, response)
    const answered = withCors(this.#answer(asked), asked)
    const { answer = (right: Answered) => right } = this.#fault
    send(response, answer(answered, asked))
  }

  #change(response: ServerResponse): void {
    this.#revision += 1
    response.writeHead(204).end()
    const data = JSON.stringify({ type: 'refetchEvaluation', etag: `"${this.#revision}"`, lastModified: 1_771_622_898 })
    const { event = (right: string) => right } = this.#fault
    this.#sendAll(event(`id: ${this.#revision}\nevent: message\ndata: ${data}\n\n`))
  }

  #sendAll(text: string): void {
    if (text !== '') for (const stream of this.#streams) stream.write(text)
  }

  #stream(asked: Asked, response: ServerResponse): void {
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
    const isOpen = asked.query.get('token') === 'secret'
    const right = withCors(isOpen ? { status: 200, headers } : { status: 401, headers: json }, asked)
    const { status, headers: sent } = this.#fault.streamHead?.(right, asked) ?? right
    response.writeHead(status, sent)
    if (status !== 200) return void response.end()
    response.flushHeaders()
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }

  #answer(asked: Asked): Answered {
    if (asked.method === 'OPTIONS') return options(asked)
    if (asked.method !== 'POST') return refuse(asked, 405, 'GENERAL', { allow: 'POST, OPTIONS' })
    if (!isAuthorized(asked)) return refuse(asked, 401, 'GENERAL', { 'www-authenticate': 'Bearer' })
    const provoked = Number(asked.headers['x-provoke'] ?? 0)
    if (provoked !== 0) return refuse(asked, provoked, 'GENERAL', provoked === 429 ? { 'retry-after': '7' } : {})
    if (!asked.headers['content-type']?.startsWith('application/json')) return refuse(asked, 415, 'GENERAL')
    const context = contextOf(asked.text)
    if (context === null) return refuse(asked, 400, 'INVALID_CONTEXT')
    return asked.flagKey === null ? this.#all(asked, context) : this.#one(asked, asked.flagKey, context)
  }

  #one(asked: Asked, flagKey: string, context: JsonObject): Answered {
    const flag = flagsOf(this.#revision, context).get(flagKey)
    if (flag === undefined) return refuse(asked, 404, 'FLAG_NOT_FOUND')
    const item = itemOf(flagKey, flag)
    return { status: flag.failure === undefined ? 200 : 400, headers: json, body: item }
  }

  #all({ headers, query }: Asked, context: JsonObject): Answered {
    const flags = [...flagsOf(this.#revision, context)].map(([key, flag]) => itemOf(key, flag))
    const eventStreams = [
      { type: 'sse', endpoint: { requestUri: '/events?token=secret' }, inactivityDelaySec: 60 },
      { type: 'telepathy', url: 'https://streams.example/of/the/future' },
    ]
    const body = { flags, metadata: { version: 'v1' }, eventStreams }
    const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`
    const held = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    const hint = query.get('flagConfigEtag')
    const isHeld = (held.includes(etag) || held.includes('*')) && (hint === null || hint === `"${this.#revision}"`)
    return isHeld ? { status: 304, headers: { etag } } : { status: 200, headers: { ...json, etag }, body }
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
  return {
    method: request.method ?? '',
    path: pathname,
    query: searchParams,
    headers: request.headers,
    text: Buffer.concat(chunks).toString(),
    flagKey: pathname.startsWith(`${bulkPath}/`) ? decodeURIComponent(pathname.slice(bulkPath.length + 1)) : null,
  }
}

function itemOf(key: string, { success, failure }: ModelFlag): JsonObject {
  return failure === undefined ? { key, ...success } : { key, errorCode: failure, errorDetails: 'it does not work' }
}

function isAuthorized({ headers }: Asked): boolean {
  return headers.authorization === `Bearer ${modelKey}` || headers['x-api-key'] === modelKey
}

function contextOf(text: string): JsonObject | null {
  const request = parseJson(text)
  const context = isObject(request) ? (request['context'] ?? {}) : undefined
  return isObject(context) ? context : null
}

function refuse({ flagKey }: Asked, status: number, errorCode: string, headers: OutgoingHttpHeaders = {}): Answered {
  const key = flagKey === null ? {} : { key: flagKey }
  return { status, headers: { ...json, ...headers }, body: { ...key, errorCode, errorDetails: 'no' } }
}

function options({ headers }: Asked): Answered {
  const isPreflight = headers.origin === allowedOrigin && headers['access-control-request-method'] !== undefined
  const allowed = {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type, if-none-match, authorization, x-api-key',
  }
  return { status: 204, headers: { allow: 'POST, OPTIONS', ...(isPreflight ? allowed : {}) } }
}

function withCors(answered: Answered, { headers: { origin } }: Asked): Answered {
  if (origin !== allowedOrigin) return answered
  const cors = { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'ETag, Retry-After' }
  return { ...answered, headers: { ...answered.headers, ...cors } }
}

function send(response: ServerResponse, { status, headers, body, text }: Answered): void {
  response.writeHead(status, headers)
  response.end(text ?? (body === undefined ? undefined : JSON.stringify(body)))
}
