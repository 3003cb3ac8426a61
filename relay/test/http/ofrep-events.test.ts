import { hash } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Flag } from '@switchyard/engine'
import {
  bulkPath,
  clientKey,
  limits,
  parseAnswer,
  post,
  serverKey,
  startPlane,
  textOf,
  waitingKey,
  type TestPlane,
} from './plane.js'
import { readStream, type ReadEvent, type StreamReader } from './read-stream.js'

const eventsPath = '/ofrep/v1/events'
const dayMs = 24 * 60 * 60 * 1_000

const flagsOf = (value: string): Readonly<Record<string, Flag>> => ({
  plain: { outcomes: [{ value, variant: value, reason: 'STATIC' }], decide: 0 },
})

interface Asking {
  readonly key?: string
  readonly query?: string
  /** Validator of the answer held. */
  readonly held?: string
}

interface Bulk {
  readonly status: number
  readonly etag: string
  /** Of the event stream, as the answer names it. */
  readonly address: string | undefined
  readonly value: unknown
}

async function ask(plane: TestPlane, { key = clientKey, query = '', held }: Asking = {}): Promise<Bulk> {
  const headers = { authorization: `Bearer ${key}`, ...(held === undefined ? {} : { 'if-none-match': held }) }
  const response = await post(plane, bulkPath + query, {}, headers)
  const { flags = [], eventStreams } = (response.status === 200 ? await response.json() : {}) as {
    readonly flags?: readonly { readonly key: string; readonly value?: unknown }[]
    readonly eventStreams?: readonly [{ readonly type: 'sse'; readonly endpoint: { readonly requestUri: string } }]
  }
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    address: eventStreams?.[0].endpoint.requestUri,
    value: flags.find((flag) => flag.key === 'plain')?.value,
  }
}

async function openNamed(plane: TestPlane, headers: Record<string, string> = {}): Promise<StreamReader> {
  const { address } = await ask(plane)
  return readStream(plane.url + address, headers)
}

const connectionsOf = ({ server }: TestPlane): Promise<number> =>
  new Promise((resolve) => {
    server.getConnections((_error, count) => resolve(count))
  })

/** What stands for the revision that is served. */
const tagOf = ({ shop }: TestPlane): string => hash('sha256', `configuration\n${shop.served?.revision}`).slice(0, 16)
const idOf = (plane: TestPlane): string => `${plane.shop.served?.sequence}-${tagOf(plane)}`

/** The event that tells of what is served now. */
function newsOf(plane: TestPlane): ReadEvent {
  const data = { type: 'refetchEvaluation', etag: `"${tagOf(plane)}"`, lastModified: 0 }
  return { id: idOf(plane), event: 'message', data }
}

describe('an event stream', () => {
  it('is named in answers with all flags, and its address alone opens it', async () => {
    const plane = await startPlane()
    const { address } = await ask(plane)
    expect(address).toMatch(/^\/ofrep\/v1\/events\?token=[\w-]{32}$/)
    const stream = await readStream(plane.url + address)
    expect(stream.status).toBe(200)
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
    })
  })

  it('tells each change once, with the id of its revision', async () => {
    const plane = await startPlane()
    const stream = await openNamed(plane)
    for (const value of ['a', 'b', 'a']) {
      plane.shop.serve({ flags: flagsOf(value) })
      await expect.poll(() => stream.events.at(-1)).toEqual(newsOf(plane))
    }
    expect(stream.events).toHaveLength(3)
  })

  it('never tells the revision, which client keys do not get', async () => {
    const plane = await startPlane()
    const stream = await openNamed(plane, { 'last-event-id': '1' })
    await expect.poll(() => stream.events).toHaveLength(1)
    expect(stream.text()).not.toContain(plane.shop.served?.revision)
  })

  it('tells when the hour of a flag that reads the clock has come', async () => {
    const atMs = 1_050
    let nowMs = 1_000
    const plane = await startPlane({ now: () => nowMs })
    plane.shop.serve({
      flags: {
        plain: {
          outcomes: [
            { value: 'before', reason: 'STATIC' },
            { value: 'after', reason: 'STATIC' },
          ],
          decide: { rules: [{ when: ['lt', ['now'], atMs], then: 0 }], else: 1 },
          changes: [atMs],
        },
        always: {
          outcomes: [{ reason: 'STATIC' }],
          decide: { rules: [{ when: ['lt', ['now'], 0], then: 0 }], else: 0 },
        },
      },
    })
    const [{ etag, value }, stream] = [await ask(plane), await openNamed(plane, { 'last-event-id': idOf(plane) })]
    expect([value, stream.events]).toEqual(['before', []])
    nowMs = atMs
    await expect.poll(() => stream.events).toEqual([{ ...newsOf(plane), data: expect.anything() }])
    const query = `?flagConfigEtag=${tagOf(plane)}`
    expect(await ask(plane, { query, held: etag })).toMatchObject({ status: 200, value: 'after' })
  })

  it('tells nothing of what happens in other environments, and nothing of states', async () => {
    const plane = await startPlane()
    const stream = await openNamed(plane)
    plane.blog.serve({ flags: flagsOf('a') })
    plane.shop.state = 'stale'
    plane.shop.serve({ flags: flagsOf('a') })
    await expect.poll(() => stream.events).toEqual([newsOf(plane)])
  })

  it('waits with a client for the first data', async () => {
    const plane = await startPlane()
    const stream = await readStream(plane.url + eventsPath, { authorization: `Bearer ${waitingKey}` })
    expect(stream.status).toBe(200)
    plane.blog.serve({ flags: flagsOf('a') })
    await expect.poll(() => stream.events).toMatchObject([{ id: expect.stringMatching(/^1-[0-9a-f]{16}$/) }])
  })

  it('answers HEAD with headers alone', async () => {
    const plane = await startPlane()
    const response = await fetch(plane.url + eventsPath, { method: 'HEAD', headers: { 'x-api-key': clientKey } })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(plane.streamCounts.read('shop')).toEqual([])
  })

  it('is seen in counts, and never its token', async () => {
    const plane = await startPlane()
    const { address = '' } = await ask(plane)
    const stream = await readStream(plane.url + address)
    plane.shop.serve({ flags: flagsOf('a') })
    await expect.poll(() => stream.events).toHaveLength(1)
    expect(plane.streamCounts.read('shop')).toEqual([{ kind: 'ofrep', open: 1, sent: { message: 1 }, ended: {} }])
    stream.close()
    await expect.poll(() => plane.streamCounts.read('shop')).toMatchObject([{ open: 0, ended: { client: 1 } }])
    await readStream(`${plane.url}${address}x`)
    expect(plane.observed.slice(1)).toEqual([`${eventsPath} GET 200`, `${eventsPath} GET 401`])
    expect(JSON.stringify([plane.observed, plane.logged])).not.toContain(address.split('=')[1])
  })
})

describe('a client that comes to an event stream', () => {
  it('with the id of what is served is told nothing, and keeps an id', async () => {
    const plane = await startPlane()
    const stream = await openNamed(plane, { 'last-event-id': `0-${tagOf(plane)}` })
    await expect.poll(() => stream.text()).toMatch(`id: ${idOf(plane)}\n\n`)
    plane.shop.serve({ flags: flagsOf('a') })
    await expect.poll(() => stream.events).toEqual([newsOf(plane)])
  })

  it.each(['3-0123456789abcdef', '1', 'evt-1234', ''])(
    'with the id %j, of something else, is told at once',
    async (id) => {
      const plane = await startPlane()
      const stream = await openNamed(plane, { 'last-event-id': id })
      await expect.poll(() => stream.events).toEqual([newsOf(plane)])
    },
  )

  it.each([
    ['a minute ago is told nothing', 60_000, false],
    ['just now, after the flags were asked for perhaps, is told of it', 59_999, true],
  ])('without an id and after a change %s', async (_, ageMs, isTold) => {
    const plane = await startPlane({ now: () => ageMs })
    const stream = await openNamed(plane)
    await expect.poll(() => stream.text()).toContain(`id: ${idOf(plane)}\n`)
    expect(stream.events).toHaveLength(isTold ? 1 : 0)
  })

  it('is told after how long to come back', async () => {
    const plane = await startPlane()
    const stream = await openNamed(plane)
    await expect.poll(() => stream.retryMs()).toBe(1_500)
  })
})

describe('the address of an event stream', () => {
  it('belongs to a key', async () => {
    const plane = await startPlane()
    const addresses = [await ask(plane), await ask(plane), await ask(plane, { key: serverKey })].map(
      ({ address }) => address,
    )
    expect(addresses[1]).toBe(addresses[0])
    expect(addresses[2]).not.toBe(addresses[0])
  })

  it('is accepted by every replica with the same keys', async () => {
    const [one, two] = [await startPlane(), await startPlane()]
    const { address } = await ask(one)
    expect((await readStream(two.url + address)).status).toBe(200)
  })

  it('depends on the secret where there is one', async () => {
    const streamSecret = 'a-secret-of-all-replicas'
    const [one, two, other] = [
      await startPlane({ streamSecret }),
      await startPlane({ streamSecret }),
      await startPlane(),
    ]
    const { address } = await ask(one)
    expect((await readStream(two.url + address)).status).toBe(200)
    expect((await readStream(other.url + address)).status).toBe(401)
  })

  it('changes every day, opens for one day longer, and the validator of answers changes with it', async () => {
    let now = Date.UTC(2026, 0, 1) - 1
    const plane = await startPlane({ now: () => now })
    const first = await ask(plane)
    expect((await ask(plane, { held: first.etag })).status).toBe(304)
    now += 1
    const second = await ask(plane, { held: first.etag })
    expect(second).toMatchObject({ status: 200, value: first.value })
    expect(second.etag).not.toBe(first.etag)
    expect(second.address).not.toBe(first.address)
    expect((await readStream(plane.url + first.address)).status).toBe(200)
    now += dayMs
    const old = await readStream(plane.url + first.address)
    expect([old.status, JSON.parse(old.text())]).toMatchObject([401, { errorCode: 'GENERAL' }])
    expect((await readStream(plane.url + second.address)).status).toBe(200)
  })

  it('is accepted from a replica whose clock is ahead', async () => {
    const ahead = await startPlane({ now: () => Date.UTC(2026, 0, 2) })
    const behind = await startPlane({ now: () => Date.UTC(2026, 0, 2) - 1_000 })
    const { address } = await ask(ahead)
    expect((await readStream(behind.url + address)).status).toBe(200)
  })

  it('has the prefix that a proxy needs', async () => {
    const plane = await startPlane({ streams: { pathPrefix: '/flags/v2' } })
    expect((await ask(plane)).address).toMatch(/^\/flags\/v2\/ofrep\/v1\/events\?token=/)
  })

  it('is not named where the settings say so, and a key opens the stream all the same', async () => {
    const plane = await startPlane({ streams: { advertise: false } })
    expect(await ask(plane)).toMatchObject({ status: 200, address: undefined })
    for (const headers of [{ authorization: `Bearer ${clientKey}` }, { 'x-api-key': serverKey }]) {
      expect((await readStream(plane.url + eventsPath, headers)).status).toBe(200)
    }
  })

  it.each(['', '?token=', '?token=AAAA', '?tokens=x'])('does not open with %j', async (query) => {
    const plane = await startPlane()
    const stream = await readStream(plane.url + eventsPath + query)
    expect(stream.status).toBe(401)
    expect(JSON.parse(stream.text())).toEqual({ errorCode: 'GENERAL', errorDetails: expect.any(String) })
  })

  it('opens nothing else', async () => {
    const plane = await startPlane()
    const { address = '' } = await ask(plane, { key: serverKey })
    const query = address.slice(address.indexOf('?'))
    const token = query.slice('?token='.length)
    for (const path of ['/switchyard/v1/ruleset', '/switchyard/v1/stream']) {
      expect((await readStream(plane.url + path + query)).status).toBe(401)
      expect((await readStream(plane.url + path, { authorization: `Bearer ${token}` })).status).toBe(401)
    }
  })
})

describe('a page of another origin', () => {
  const page = 'https://shop.example'

  it.each<[name: string, origins: string[], key: string, expected: string | undefined]>([
    ['nobody by default', [], clientKey, undefined],
    ['a page that is named', [page], clientKey, page],
    ['everybody, with an address for clients', ['*'], clientKey, '*'],
    ['not everybody, with an address for servers', ['*'], serverKey, undefined],
  ])('may read an event stream: %s', async (_, origins, key, expected) => {
    const plane = await startPlane()
    plane.shop.corsOrigins = origins
    const { address } = await ask(plane, { key })
    const stream = await readStream(plane.url + address, { origin: page })
    expect([stream.status, stream.headers['access-control-allow-origin']]).toEqual([200, expected])
    expect(stream.headers.vary).toBe('Origin')
  })

  it('may read why it cannot', async () => {
    const plane = await startPlane()
    plane.shop.corsOrigins = [page]
    const stream = await readStream(`${plane.url}${eventsPath}?token=old`, { origin: page })
    expect([stream.status, stream.headers['access-control-allow-origin']]).toEqual([401, page])
  })
})

describe('a bulk request that has heard of a change', () => {
  const hint = (tag: string): string => `?flagConfigEtag=${encodeURIComponent(tag)}&flagConfigLastModified=5`

  it.each([
    ['a tag with quotes', (tag: string) => `"${tag}"`],
    ['a weak tag', (tag: string) => `W/"${tag}"`],
    ['a tag without quotes', (tag: string) => tag],
  ])('that is served is answered as ever: %s', async (_, written) => {
    const plane = await startPlane()
    const { etag } = await ask(plane)
    const query = hint(written(tagOf(plane)))
    expect((await ask(plane, { query, held: etag })).status).toBe(304)
    expect((await ask(plane, { query })).status).toBe(200)
  })

  it.each([
    ['that never comes', '"0123456789abcdef"'],
    ['of another server', '"e1"'],
    ['without a name', ''],
  ])('%s is not told that nothing has changed', async (_, tag) => {
    const plane = await startPlane({ limits: { ...limits, freshnessWaitMs: 1 } })
    const { etag } = await ask(plane)
    expect(await ask(plane, { query: hint(tag), held: etag })).toMatchObject({ status: 200, etag })
  })

  it('elsewhere waits until it has arrived here', async () => {
    const [here, there] = [await startPlane({ limits: { ...limits, freshnessWaitMs: 60_000 } }), await startPlane()]
    const { etag } = await ask(here)
    there.shop.serve({ flags: flagsOf('new') })
    const answers = [1, 2].map(() => ask(here, { query: hint(`"${tagOf(there)}"`), held: etag }))
    // A request that has not waited has been answered before the next one is.
    expect((await ask(here, { held: etag })).status).toBe(304)
    here.shop.serve({ flags: flagsOf('other') })
    here.shop.serve({ flags: flagsOf('new') })
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200, value: 'new' })
  })

  it('that was followed by another does not wait for it to come back', async () => {
    const plane = await startPlane({ limits: { ...limits, freshnessWaitMs: 60_000 } })
    const before = tagOf(plane)
    plane.shop.serve({ flags: flagsOf('a') })
    const { etag } = await ask(plane)
    expect(await ask(plane, { query: hint(before), held: etag })).toMatchObject({ status: 200, value: 'a' })
  })

  it('is answered when the relay stops', async () => {
    const plane = await startPlane({ limits: { ...limits, freshnessWaitMs: 60_000 } })
    const answer = ask(plane, { query: hint('0123456789abcdef') })
    await expect.poll(async () => (await ask(plane)).status).toBe(200)
    await plane.close(10_000)
    expect((await answer).status).toBe(200)
  })
})

describe('too many event streams', () => {
  it('with one key are refused, and others are not', async () => {
    const plane = await startPlane({ streams: { maxPerKey: 2 } })
    const { address } = await ask(plane)
    const first = await readStream(plane.url + address)
    await readStream(plane.url + eventsPath, { 'x-api-key': clientKey })
    const third = await readStream(plane.url + address)
    expect([third.status, third.headers['retry-after'], JSON.parse(third.text())]).toMatchObject([
      429,
      '30',
      { errorCode: 'GENERAL' },
    ])
    expect((await readStream(plane.url + eventsPath, { 'x-api-key': serverKey })).status).toBe(200)
    first.close()
    await expect.poll(async () => (await readStream(plane.url + address)).status).toBe(200)
  })

  it('of all keys together are refused', async () => {
    const plane = await startPlane({ streams: { max: 1 } })
    const { address } = await ask(plane)
    await readStream(plane.url + address)
    const second = await readStream(plane.url + eventsPath, { 'x-api-key': serverKey })
    expect([second.status, second.headers['retry-after']]).toEqual([503, '30'])
  })
})

describe('the end of an event stream', () => {
  it('comes at its age', async () => {
    const plane = await startPlane({ streams: { maxAgeMs: 50 } })
    const stream = await openNamed(plane)
    await expect.poll(() => stream.isEnded()).toBe(true)
    expect(plane.streamCounts.read('shop')).toMatchObject([{ open: 0, ended: { age: 1 } }])
  })

  it('does not come from silence, which comments break', async () => {
    const plane = await startPlane({ streams: { heartbeatMs: 20 } })
    const stream = await openNamed(plane)
    await expect.poll(() => stream.text()).toMatch(/(:\n\n){3}$/)
    expect(stream.events).toEqual([])
  })

  it('comes at once when the relay stops, and new ones are refused then', async () => {
    const plane = await startPlane()
    const byKey = { 'x-api-key': clientKey }
    const streams = [await readStream(plane.url + eventsPath, byKey), await readStream(plane.url + eventsPath, byKey)]
    const late = connect(plane.port, '127.0.0.1', () =>
      late.write(`GET ${eventsPath} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${clientKey}\r\n`),
    )
    const answer = textOf(late)
    await expect.poll(() => connectionsOf(plane)).toBe(3)
    const startedAtMs = performance.now()
    const closed = plane.close(10_000)
    late.write('\r\n')
    await closed
    expect(performance.now() - startedAtMs).toBeLessThan(2_000)
    await expect.poll(() => streams.map((stream) => stream.isEnded())).toEqual([true, true])
    expect(parseAnswer(await answer)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(plane.streamCounts.read('shop')).toMatchObject([{ open: 0, ended: { shutdown: 2 } }])
  })
})

describe('news', () => {
  it('reaches many clients in small batches, and each of them once with what is newest', async () => {
    const plane = await startPlane({ streams: { pacingMs: 200 } })
    const streams = await Promise.all(Array.from({ length: 40 }, () => openNamed(plane)))
    const told = (): number => streams.filter(({ events }) => events.length > 0).length
    plane.shop.serve({ flags: flagsOf('a') })
    await expect.poll(told, { interval: 1 }).toBeGreaterThan(0)
    expect(told()).toBeLessThan(40)
    plane.shop.serve({ flags: flagsOf('b') })
    await expect.poll(() => streams.every(({ events }) => events.at(-1)?.id === idOf(plane))).toBe(true)
    expect(streams.filter(({ events }) => events.length === 1).length).toBeGreaterThan(0)
    expect(streams.filter(({ events }) => events.length > 2)).toEqual([])
  })
})
