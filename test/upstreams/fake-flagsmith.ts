/** A Flagsmith on loopback: the environment document with validators and pages, the event stream, and scripted faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerWith, type Fault } from './faults.js'

export interface FakeFlagsmith {
  /** What `baseUrl` is to be: ends in `/api/v1`. */
  readonly baseUrl: string
  readonly realtimeUrl: string
  readonly environmentKey: string
  readonly requests: readonly {
    readonly path: string
    readonly headers: IncomingMessage['headers']
    /** When it came, from the monotonic clock. */
    readonly atMs: number
    readonly status: () => number
  }[]
  /** Publishes a document; `silently`: without moving its version. */
  publish(document: object, how?: 'silently'): void
  /** Applies to every request for the document until it is null again. */
  fault: Fault | null
  /** Identity overrides per page; 0: one page. */
  pageSize: number
  /** Where `Link` leads; null: to the next page. */
  nextLink: string | null
  /** Tells the streams that the document changed. */
  announce(): void
  readonly streams: () => number
  close(): Promise<void>
}

const environmentKey = 'ser.fake'

export async function startFakeFlagsmith(document: object): Promise<FakeFlagsmith> {
  const fake = new Fake(document)
  await fake.listen()
  return fake
}

class Fake implements FakeFlagsmith {
  readonly environmentKey = environmentKey
  readonly requests: { path: string; headers: IncomingMessage['headers']; atMs: number; status: () => number }[] = []
  fault: Fault | null = null
  pageSize = 0
  nextLink: string | null = null
  #document: Record<string, unknown>
  #updatedAtSeconds = Math.floor(Date.now() / 1_000) - 1_000
  readonly #streams = new Set<ServerResponse>()
  readonly #server = createServer((request, response) => this.#answer(request, response))

  constructor(document: object) {
    this.#document = { ...document }
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get #origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get baseUrl(): string {
    return `${this.#origin}/api/v1`
  }

  get realtimeUrl(): string {
    return this.#origin
  }

  publish(document: object, how?: 'silently'): void {
    this.#document = { ...document }
    if (how !== 'silently') this.#updatedAtSeconds += 1
  }

  announce(): void {
    for (const stream of this.#streams) {
      stream.write(`event: environment_updated\ndata: {"updated_at": ${this.#updatedAtSeconds}}\n\n`)
    }
  }

  streams(): number {
    return this.#streams.size
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.#origin)
    this.requests.push({
      path: `${url.pathname}${url.search}`,
      headers: request.headers,
      atMs: performance.now(),
      status: () => response.statusCode,
    })
    if (url.pathname.startsWith('/sse/')) return this.#openStream(response)
    if (url.pathname !== '/api/v1/environment-document/') return void response.writeHead(404).end()
    if (this.fault === null && request.headers['x-environment-key'] !== environmentKey)
      return void response.writeHead(403).end('{"detail":"invalid"}')
    const right = this.#page(Number(url.searchParams.get('page') ?? 0))
    if (this.fault !== null) return answerWith(this.fault, response, right)
    const isFresh = request.headers['if-modified-since'] === right.headers['last-modified']
    if (isFresh) response.writeHead(304).end()
    else response.writeHead(200, right.headers).end(right.body)
  }

  #page(page: number): { headers: Record<string, string>; body: string } {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'last-modified': new Date(this.#updatedAtSeconds * 1_000).toUTCString(),
      'x-flagsmith-document-updated-at': String(this.#updatedAtSeconds),
    }
    const overrides = this.#document['identity_overrides']
    if (this.pageSize === 0 || !Array.isArray(overrides)) return { headers, body: JSON.stringify(this.#document) }
    const from = page * this.pageSize
    if (from + this.pageSize < overrides.length) {
      headers['link'] = `<${this.nextLink ?? `/api/v1/environment-document/?page=${page + 1}`}>; rel="next"`
    }
    const shown = overrides.slice(from, from + this.pageSize) as unknown[]
    return { headers, body: JSON.stringify({ ...this.#document, identity_overrides: shown }) }
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('retry: 50\n\n')
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }
}
