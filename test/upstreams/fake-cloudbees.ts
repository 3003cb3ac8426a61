/** CloudBees Feature Management on loopback: CDN, API, event stream and state store on one port, and scripted faults. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerWith, type Fault } from './faults.js'

export interface FakeCloudBees {
  /** The CDN. */
  readonly baseUrl: string
  readonly apiUrl: string
  readonly realtimeUrl: string
  /** Of the kind that needs no signature. */
  readonly environmentKey: string
  readonly requests: readonly FakeRequest[]
  /** Publishes a configuration for `environmentKey`, with a signature that is none. */
  publish(configuration: Configuration): void
  /** Publishes a body, whosever it is. */
  publishBody(body: string): void
  /** Applies to every request to the CDN until it is null again. */
  fault: Fault | null
  /** The same for the API. */
  apiFault: Fault | null
  /** What the event stream answers instead of opening. */
  streamFault: Fault | null
  /** Whether the CDN gives validators, and answers 304. */
  hasValidators: boolean
  /** Whether the state store knows every state already. */
  knowsStates: boolean
  /** Says something to the streams. */
  announce(event: string): void
  readonly streams: () => number
  /** Ends the streams that are open. */
  endStreams(): void
  close(): Promise<void>
}

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly status: () => number
}

/** What an envelope holds, apart from what says for whom. */
export interface Configuration {
  readonly experiments: readonly object[]
  readonly targetGroups: readonly object[]
}

/** An experiment of one flag. */
export function experiment(name: string, condition: string): object {
  return {
    _id: `id-of-${name}`,
    name,
    archived: false,
    featureFlags: [{ name }],
    deploymentConfiguration: { condition },
    labels: [],
    stickinessProperty: 'rox.distinct_id',
  }
}

export async function startFakeCloudBees(configuration: Configuration): Promise<FakeCloudBees> {
  const fake = new Fake(configuration)
  await fake.listen()
  return fake
}

class Fake implements FakeCloudBees {
  readonly environmentKey = '0f8fad5b-d9cb-469f-a165-70867728950e'
  readonly requests: FakeRequest[] = []
  fault: Fault | null = null
  apiFault: Fault | null = null
  streamFault: Fault | null = null
  hasValidators = true
  knowsStates = false
  #body = ''
  #revision = 0
  readonly #streams = new Set<ServerResponse>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  constructor(configuration: Configuration) {
    this.publish(configuration)
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get baseUrl(): string {
    return `${this.apiUrl}/conf`
  }

  get realtimeUrl(): string {
    return this.apiUrl
  }

  publish(configuration: Configuration): void {
    const date = new Date(1_767_225_600_000 + this.#revision * 1_000).toISOString()
    const data = {
      ...configuration,
      remoteVariables: [],
      application: this.environmentKey,
      platform: 'C',
      creation_date: date,
      api_version: '1.9.0',
    }
    this.publishBody(JSON.stringify({ data: JSON.stringify(data), signature_v0: 'bm9uZQ==', signed_date: date }))
  }

  publishBody(body: string): void {
    this.#body = body
    this.#revision += 1
  }

  announce(event: string): void {
    for (const stream of this.#streams) stream.write(`event: ${event}\ndata: {}\n\n`)
  }

  streams(): number {
    return this.#streams.size
  }

  endStreams(): void {
    for (const stream of this.#streams) stream.end()
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers } = request
    const body = await textOf(request)
    this.requests.push({ method, path: url, headers, body, status: () => response.statusCode })
    const { pathname } = new URL(url, this.apiUrl)
    switch (`${method} ${pathname.replaceAll(identifier, '/*')}`) {
      case 'GET /conf/*/*':
        return this.#file(headers['if-none-match'], response)
      case 'POST /device/get_configuration/*/*':
        return this.#give(this.apiFault, response)
      // What an SDK asks when it is told to use a service in place of CloudBees.
      case 'GET /device/request_configuration':
      case 'GET /prefix/device/request_configuration':
        return this.#give(null, response)
      case 'GET /sse/*':
        return this.#stream(response)
      case 'GET /state/*/*':
        return void response.writeHead(this.knowsStates ? 200 : 404).end('{}')
      case 'POST /device/update_state_store/*/*':
        return void response.writeHead(200).end('{}')
      default:
        return void response.writeHead(404).end()
    }
  }

  #file(validator: string | undefined, response: ServerResponse): void {
    const etag = `"${this.#revision}"`
    if (!this.hasValidators || this.fault !== null) return this.#give(this.fault, response)
    if (validator === etag) response.writeHead(304, { etag }).end()
    else response.writeHead(200, { 'content-type': 'application/json', etag }).end(this.#body)
  }

  #give(fault: Fault | null, response: ServerResponse): void {
    const headers = { 'content-type': 'application/json' }
    if (fault === null) response.writeHead(200, headers).end(this.#body)
    else answerWith(fault, response, { headers, body: this.#body })
  }

  #stream(response: ServerResponse): void {
    const headers = { 'content-type': 'text/event-stream' }
    if (this.streamFault !== null) return answerWith(this.streamFault, response, { headers, body: '' })
    response.writeHead(200, headers).write('retry: 50\n\n')
    this.#streams.add(response)
    response.on('close', () => this.#streams.delete(response))
  }
}

/** A key, a buid or the digest of a state, as part of a path. */
const identifier = /\/([0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-F]{32})(?=\/|$)/g

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
