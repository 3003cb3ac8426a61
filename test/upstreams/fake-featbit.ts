/**
 * A FeatBit evaluation server on loopback: the data sync of server SDKs by WebSocket and by polling, the place where they report
 * what they have answered, and scripted faults.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { readConnectionToken } from '../../relay/src/vendors/featbit/token.js'
import { answerWith, type Fault } from './faults.js'

export interface FakeFeatBit {
  readonly baseUrl: string
  readonly serverSecret: string
  readonly clientSecret: string
  /** What was polled. */
  readonly requests: readonly {
    readonly path: string
    readonly headers: IncomingMessage['headers']
    readonly status: () => number
  }[]
  /** WebSockets that were asked for, in that order, those that were refused or have ended included. */
  readonly connections: readonly FakeConnection[]
  /** Items that SDKs have reported: who was answered what, and metrics. */
  readonly insights: readonly unknown[]
  /** Takes the place of everything; nobody is told. */
  publish(payload: Entities): void
  /** Puts changes in place and tells everybody who listens. */
  change(patch: Partial<Entities>): void
  /** Applies to everything that is polled until it is null again. */
  fault: Fault | null
  /** Applies to everything that is done by WebSocket until it is null again. */
  streamFault: StreamFault | null
  /** How far its clock is ahead. */
  clockAheadMs: number
  close(): Promise<void>
}

export interface Entities {
  readonly featureFlags: readonly Entity[]
  readonly segments: readonly Entity[]
}

/** A flag or a segment, told from others by its `key` or `id`, dated by its `updatedAt`. */
type Entity = Readonly<Record<string, unknown>>

export interface FakeConnection {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** What the other side has said, parsed. */
  readonly messages: readonly unknown[]
  readonly isOpen: boolean
  /** What the other side closed it with; undefined while it has not. */
  readonly closeCode: number | undefined
  send(text: string): void
  close(code: number): void
  /** Without a goodbye. */
  cut(): void
}

/** What the fake can be told to do wrong on a WebSocket. */
export type StreamFault =
  /** It is not opened. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Whether it is opened stays untold. */
  | { readonly kind: 'hang' }
  /** It is opened, and closed at once. */
  | { readonly kind: 'close'; readonly code: number }
  /** Nothing is said any more, on those that are open too; nobody closes anything. */
  | { readonly kind: 'mute' }
  /** Whoever asks for data gets this text. */
  | { readonly kind: 'answer'; readonly text: string }

const serverSecret = 'khJkyUTjDE6pbCi_oqpfNgU708epZucEqvFutWPkRupw'
const clientSecret = '_ilrK3oe5ESkHXIAvb4i3gU708epZucEqvFutWPkRupw'
/** How far a token's time may be from the server's. */
const tokenExpiryMs = 30_000

export async function startFakeFeatBit(payload: Entities): Promise<FakeFeatBit> {
  const fake = new Fake(payload)
  await fake.listen()
  return fake
}

class Fake implements FakeFeatBit {
  readonly serverSecret = serverSecret
  readonly clientSecret = clientSecret
  readonly requests: { path: string; headers: IncomingMessage['headers']; status: () => number }[] = []
  readonly connections: Connection[] = []
  readonly insights: unknown[] = []
  fault: Fault | null = null
  streamFault: StreamFault | null = null
  clockAheadMs = 0
  #payload: Entities
  readonly #server = createServer((request, response) => this.#answer(request, response))
  readonly #webSockets = new WebSocketServer({ noServer: true })

  constructor(payload: Entities) {
    this.#payload = payload
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head)
    })
    this.#webSockets.on('headers', (headers) => headers.push(`Date: ${this.#date()}`))
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  publish(payload: Entities): void {
    this.#payload = payload
  }

  change({ featureFlags = [], segments = [] }: Partial<Entities>): void {
    this.#payload = {
      featureFlags: replaced(this.#payload.featureFlags, featureFlags, 'key'),
      segments: replaced(this.#payload.segments, segments, 'id'),
    }
    const patch = dataSync('patch', { featureFlags, segments })
    if (this.streamFault === null) for (const connection of this.connections) connection.send(patch)
  }

  close(): Promise<void> {
    for (const connection of this.connections) connection.cut()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #date(): string {
    return new Date(Date.now() + this.clockAheadMs).toUTCString()
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.baseUrl)
    if (url.pathname === '/api/public/insight/track') return void this.#take(request, response)
    const path = `${url.pathname}${url.search}`
    this.requests.push({ path, headers: request.headers, status: () => response.statusCode })
    response.setHeader('date', this.#date())
    if (url.pathname !== '/api/public/sdk/server/latest-all') return void response.writeHead(404).end()
    // The endpoint looks at the form of a secret only.
    if (request.headers.authorization?.length !== serverSecret.length) return void response.writeHead(401).end()
    const since = Number(url.searchParams.get('timestamp') ?? 0)
    const right = { headers: { 'content-type': 'application/json' }, body: this.#sync(since) }
    if (this.fault !== null) return answerWith(this.fault, response, right)
    const isEmpty = right.body === dataSync('patch', { featureFlags: [], segments: [] })
    response.writeHead(200, right.headers).end(isEmpty ? '' : right.body)
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    this.insights.push(...(JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown[]))
    response.writeHead(200).end()
  }

  /** Everything, or what is newer than the time. */
  #sync(since: number): string {
    if (since === 0) return dataSync('full', this.#payload)
    const { featureFlags, segments } = this.#payload
    const isNewer = ({ updatedAt }: Entity): boolean => Date.parse(String(updatedAt)) > since
    return dataSync('patch', { featureFlags: featureFlags.filter(isNewer), segments: segments.filter(isNewer) })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const connection = new Connection(request)
    this.connections.push(connection)
    socket.on('close', () => connection.ended())
    // The other side may go while it is refused.
    socket.on('error', () => undefined)
    connection.cut = () => socket.destroy()
    const fault = this.streamFault
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'status') {
      const headers = Object.entries({ 'content-length': '0', ...fault.headers })
      socket.end(
        [`HTTP/1.1 ${fault.status} No`, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'),
      )
      return
    }
    // As FeatBit does: what is refused is accepted first.
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      connection.opened(webSocket, (message) => this.#reply(message))
      if (fault?.kind === 'close') webSocket.close(fault.code)
      else if (!this.#isWelcome(connection)) webSocket.close(4003, 'invalid request, close by server')
    })
  }

  #isWelcome({ path }: FakeConnection): boolean {
    const { pathname, searchParams } = new URL(path, this.baseUrl)
    const token = readConnectionToken(searchParams.get('token') ?? '')
    if (pathname !== '/streaming' || searchParams.get('type') !== 'server' || token === null) return false
    const ageMs = Date.now() + this.clockAheadMs - token.issuedAtMs
    return token.secret === serverSecret && Math.abs(ageMs) <= tokenExpiryMs
  }

  /** What is said in reply to a message, null where nothing is. */
  #reply(message: unknown): string | null {
    if (this.streamFault?.kind === 'mute') return null
    const { messageType, data } = message as { readonly messageType: string; readonly data: unknown }
    if (messageType === 'ping') return '{"messageType":"pong","data":{}}'
    if (messageType !== 'data-sync') return null
    if (this.streamFault?.kind === 'answer') return this.streamFault.text
    return this.#sync((data as { readonly timestamp: number }).timestamp)
  }
}

class Connection implements FakeConnection {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly messages: unknown[] = []
  isOpen = false
  closeCode: number | undefined
  cut: () => void = () => undefined
  #webSocket: WebSocket | null = null

  constructor({ url = '/', headers }: IncomingMessage) {
    this.path = url
    this.headers = headers
  }

  opened(webSocket: WebSocket, reply: (message: unknown) => string | null): void {
    this.isOpen = true
    this.#webSocket = webSocket
    webSocket.on('message', (data) => {
      const message: unknown = JSON.parse((data as Buffer).toString('utf8'))
      this.messages.push(message)
      const answer = reply(message)
      if (answer !== null) webSocket.send(answer)
    })
    webSocket.on('close', (code) => (this.closeCode = code))
    webSocket.on('error', () => undefined)
  }

  ended(): void {
    this.isOpen = false
  }

  send(text: string): void {
    if (this.isOpen) this.#webSocket?.send(text)
  }

  close(code: number): void {
    this.#webSocket?.close(code)
  }
}

/** The message that carries entities, as text. */
export function dataSync(eventType: 'full' | 'patch', { featureFlags, segments }: Entities): string {
  return JSON.stringify({ messageType: 'data-sync', data: { eventType, featureFlags, segments } })
}

function replaced(held: readonly Entity[], changed: readonly Entity[], identifier: 'key' | 'id'): Entity[] {
  return [...new Map([...held, ...changed].map((entity) => [entity[identifier], entity])).values()]
}
