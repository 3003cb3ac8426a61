import type { ServerResponse } from 'node:http'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BulkCache } from '../../src/server/bulk-cache.js'
import { SwitchyardProvider } from '../../src/server/index.js'
import { readOptions } from '../../src/server/options.js'
import { createTransport } from '../../src/server/undici-transport.js'
import { json, startScriptedServer, type Received } from './scripted-server.js'

/** A server whose bulk answers are by count, and whose single answers say so. */
class Server {
  /** Headers of bulk answers. */
  headers: Record<string, string> = {}
  /** In place of bulk answers. */
  instead: ((request: Received, response: ServerResponse) => void) | null = null
  single = json(200, { key: 'f', value: 'single', reason: 'STATIC' })
  eventStreams: readonly unknown[] = [{ type: 'later' }, { type: 'sse', endpoint: { requestUri: '/events?token=t' } }]
  /** What happens to who opens the event stream. */
  stream = (response: ServerResponse): void => response.writeHead(200).flushHeaders()
  readonly streams: { readonly request: Received; readonly response: ServerResponse }[] = []
  readonly asked: Received[] = []
  url = ''

  async start(): Promise<this> {
    const server = await startScriptedServer((request, response) => this.#answer(request, response))
    onTestFinished(() => server.close())
    this.url = server.url
    return this
  }

  tell(data: object): void {
    this.streams.at(-1)?.response.write(`data: ${JSON.stringify({ type: 'refetchEvaluation', ...data })}\n\n`)
  }

  #answer(request: Received, response: ServerResponse): void {
    if (request.path.startsWith('/events')) {
      this.streams.push({ request, response })
      this.stream(response)
      return
    }
    if (!/\/flags(\?|$)/.test(request.path)) return this.single(request, response)
    this.asked.push(request)
    if (this.instead !== null) return this.instead(request, response)
    const flags = [{ key: 'f', value: `bulk ${this.asked.length}`, reason: 'STATIC' }]
    json(
      200,
      { flags, eventStreams: this.eventStreams },
      { etag: `"${this.asked.length}"`, ...this.headers },
    )(request, response)
  }
}

let domains = 0

async function connect({ url, asked }: Server): Promise<Client> {
  const domain = `bulk-${domains++}`
  onTestFinished(() => OpenFeature.clearProviders())
  const provider = new SwitchyardProvider({
    url,
    apiKey: 'key',
    mode: 'remote',
    cachedContexts: 10,
    headers: { 'x-tenant': 't' },
  })
  await OpenFeature.setProviderAndWait(domain, provider)
  asked.length = 0
  return OpenFeature.getClient(domain)
}

const ask = (client: Client, context = {}): Promise<string> => client.getStringValue('f', 'default', context)

describe('kept answers', () => {
  it('are not trusted while the event stream has not opened', async () => {
    const server = await new Server().start()
    server.stream = () => undefined
    const client = await connect(server)
    expect(await ask(client)).toBe('bulk 1')
    expect([await ask(client), await ask(client)]).toEqual(['single', 'single'])
  })

  it('are asked for again, with the validator and what the event said', async () => {
    const server = await new Server().start()
    const client = await connect(server)
    await expect.poll(() => ask(client)).toBe('bulk 2')
    expect(server.asked[1]?.headers['if-none-match']).toBe('"1"')
    expect(await ask(client)).toBe('bulk 2')
    server.instead = (_request, response) => void response.writeHead(304).end()
    server.tell({ etag: '"new"', lastModified: 7 })
    await expect.poll(async () => (await ask(client), server.asked.length)).toBe(3)
    expect(server.asked[2]?.path).toMatch(/\?flagConfigEtag=%22new%22&flagConfigLastModified=7$/)
    expect(await ask(client)).toBe('bulk 2')
    expect(server.asked).toHaveLength(3)
  })

  it('are asked for without a validator after the stream was lost, and not at once', async () => {
    const server = await new Server().start()
    const settings = readOptions({ url: server.url, cachedContexts: 10, pollIntervalMs: 1e9 }, {})
    const transport = createTransport(settings)
    onTestFinished(() => transport.close())
    let nowMs = 0
    const now = (): number => nowMs
    const cache = new BulkCache({
      settings,
      transport,
      now,
      server: { baseUrl: server.url, headers: {}, transport: transport.send, now },
      answered: () => undefined,
      changed: () => undefined,
    })
    await expect.poll(() => cache.answer('f', {})).toMatchObject({ value: 'bulk 2' })
    server.streams.at(-1)?.response.destroy()
    await expect.poll(() => cache.answer('f', {})).toBeNull()
    nowMs = 10_000
    expect(await cache.answer('f', {})).toMatchObject({ value: 'bulk 3' })
    expect(server.asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined])
  })

  it('are asked for with what each of several events said', async () => {
    const server = await new Server().start()
    const client = await connect(server)
    await expect.poll(() => ask(client)).toBe('bulk 2')
    server.tell({ etag: '"new"' })
    server.tell({ lastModified: 7 })
    await expect.poll(async () => (await ask(client), server.asked.at(-1)?.path)).toMatch(/flagConfigLastModified=7$/)
    expect(server.asked.some(({ path }) => path.includes('flagConfigEtag=%22new%22'))).toBe(true)
  })

  it('are not given to another user while the relay fails', async () => {
    const server = await new Server().start()
    const client = await connect(server)
    await expect.poll(() => ask(client, { targetingKey: '1' })).toBe('bulk 2')
    server.instead = json(503, {})
    server.single = json(503, {})
    expect(await client.getStringDetails('f', 'default', { targetingKey: '2' })).toMatchObject({
      value: 'default',
      reason: 'ERROR',
    })
    expect(await ask(client, { targetingKey: '1' })).toBe('bulk 2')
  })

  it('that hold for no time are not asked for again and again', async () => {
    const server = await new Server().start()
    server.headers = { 'switchyard-valid-ms': '0' }
    const client = await connect(server)
    expect(await ask(client)).toBe('bulk 1')
    await expect.poll(() => server.streams.length).toBe(1)
    expect([await ask(client), await ask(client)]).toEqual(['single', 'single'])
    expect(server.asked).toHaveLength(1)
  })

  it('hold no longer than the relay says', async () => {
    const server = await new Server().start()
    server.headers = { 'switchyard-valid-ms': '1' }
    const client = await connect(server)
    await expect.poll(() => ask(client)).toBe('bulk 4')
  })

  it.each<[string, number, object]>([
    ['a failure', 500, {}],
    ['a context that cannot be used', 400, { errorCode: 'INVALID_CONTEXT' }],
    ['what is no answer', 200, { flags: 'none' }],
  ])('are not waited for: %s leads to single requests', async (_row, status, body) => {
    const server = await new Server().start()
    const client = await connect(server)
    server.instead = json(status, body)
    expect([await ask(client), await ask(client)]).toEqual(['single', 'single'])
    expect(server.asked).toHaveLength(1)
  })

  it('are not kept for contexts that are very long', async () => {
    const server = await new Server().start()
    expect(await ask(await connect(server), { text: 'x'.repeat(70_000) })).toBe('single')
  })

  it('have event streams that are opened with the credentials, and with none elsewhere', async () => {
    const [own, other] = [await new Server().start(), await new Server().start()]
    own.eventStreams = [
      { type: 'sse', endpoint: { requestUri: '/events' } },
      { type: 'sse', url: `${other.url}/events` },
    ]
    await ask(await connect(own))
    await expect.poll(() => [own.streams.length, other.streams.length]).toEqual([1, 1])
    expect(own.streams[0]?.request.headers).toMatchObject({ authorization: 'Bearer key', 'x-tenant': 't' })
    expect(Object.keys(other.streams[0]?.request.headers ?? {})).not.toContain('authorization')
    expect(Object.keys(other.streams[0]?.request.headers ?? {})).not.toContain('x-tenant')
  })
})
