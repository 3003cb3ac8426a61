import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { applyPatch, seal, type Flag, type RulesetPatch, type SealedRuleset } from '@switchyard/engine'
import { clientKey, flags, serverKey, startPlane, waitingKey, type TestPlane } from './plane.js'
import { readStream, type StreamReader } from './read-stream.js'

const rulesetPath = '/switchyard/v1/ruleset'
const mediaType = 'application/vnd.switchyard.ruleset+json'
const streamPath = '/switchyard/v1/stream'

const flagsOf = (value: string): Readonly<Record<string, Flag>> => ({
  plain: { outcomes: [{ value, variant: value, reason: 'STATIC', native: { id: value } }], decide: 0 },
  ...(flags['targeted'] && { same: flags['targeted'] }),
})

/** What the relay serves for it, as a provider sees it. */
function viewOf(value: string): SealedRuleset {
  const { flags, ...rest } = seal({ ruleset: 1, dialects: [], flags: flagsOf(value) })
  const plain = { ...flags['plain'], outcomes: [{ value, variant: value, reason: 'STATIC' }] } as Flag
  return { ...rest, flags: { ...flags, plain } }
}

function serve(plane: TestPlane, value: string): void {
  plane.shop.serve({ flags: flagsOf(value), info: { secret: 'of the relay' } })
}

/** Beside the value there is more than any socket takes at once. */
function serveLarge(plane: TestPlane, value: string): void {
  const large: Flag = { outcomes: [{ value: 'x'.repeat(12 * 2 ** 20), reason: 'STATIC' }], decide: 0 }
  plane.shop.serve({ flags: { ...flagsOf(value), large } })
}

const idOf = ({ shop }: TestPlane): string => `${shop.served?.sequence}-${shop.served?.revision}`

/** Starts with the value `a`. */
async function start(options: Parameters<typeof startPlane>[0] = {}): Promise<TestPlane> {
  const plane = await startPlane(options)
  serve(plane, 'a')
  return plane
}

function open(plane: TestPlane, headers: Record<string, string> = {}): Promise<StreamReader> {
  return readStream(plane.url + streamPath, { authorization: `Bearer ${serverKey}`, ...headers })
}

async function get(plane: TestPlane, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const answer = await request(plane.url + rulesetPath, {
    method,
    headers: { authorization: `Bearer ${serverKey}`, ...headers },
  })
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) }
}

const namesOf = ({ events }: StreamReader): (string | undefined)[] => events.map(({ event }) => event)

describe('the ruleset', () => {
  it('is the whole of it, without what only the relay needs', async () => {
    const plane = await start()
    const { status, headers, body } = await get(plane)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(body.length),
      'switchyard-ruleset': '1',
      'switchyard-state': 'fresh',
      vary: ['Accept-Encoding, Origin', 'Accept'],
    })
    expect(JSON.parse(body.toString())).toEqual(viewOf('a'))
  })

  it('has the type that was asked for', async () => {
    const { headers, body } = await get(await start(), { accept: `${mediaType}; formatVersion=1; dialect="flagd"` })
    expect(headers['content-type']).toBe(`${mediaType}; formatVersion=1`)
    expect(JSON.parse(body.toString())).toEqual(viewOf('a'))
  })

  it('comes compressed to who takes that', async () => {
    const plane = await start()
    const { headers, body } = await get(plane, { 'accept-encoding': 'gzip' })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', etag: expect.stringMatching(/^"[\w-]{43}-gzip"$/) })
    expect(JSON.parse(gunzipSync(body).toString())).toEqual(viewOf('a'))
  })

  it('is not sent to who has it, in whichever coding, until it changes', async () => {
    const plane = await start()
    const plain = String((await get(plane)).headers['etag'])
    const zipped = String((await get(plane, { 'accept-encoding': 'gzip' })).headers['etag'])
    plane.shop.state = 'stale'
    for (const etag of [plain, zipped]) {
      const { status, headers, body } = await get(plane, { 'if-none-match': etag })
      expect([status, headers['etag'], body.length]).toEqual([304, etag, 0])
      expect(headers['switchyard-state']).toBe('stale')
    }
    serve(plane, 'b')
    expect(await get(plane, { 'if-none-match': `${plain}, ${zipped}` })).toMatchObject({ status: 200 })
  })

  it('has the same tag from every replica', async () => {
    const tags = [await get(await start()), await get(await start())].map(({ headers }) => headers['etag'])
    expect(tags[0]).toBe(tags[1])
  })

  it('answers HEAD with headers alone', async () => {
    const plane = await start()
    const { status, headers, body } = await get(plane, {}, 'HEAD')
    expect([status, headers['content-length'], body.length]).toEqual([200, String((await get(plane)).body.length), 0])
  })
})

describe.each([rulesetPath, streamPath])('%s', (path) => {
  it.each<[name: string, status: number, headers: Record<string, string>]>([
    ['without a key', 401, {}],
    ['with an unknown key', 401, { 'x-api-key': 'nobody' }],
    ['with a client key', 403, { 'x-api-key': clientKey }],
    ['in another format', 406, { 'x-api-key': serverKey, 'switchyard-ruleset': '2' }],
    ['in another media type', 406, { 'x-api-key': serverKey, accept: `${mediaType}; formatVersion=2` }],
    [
      'in several others',
      406,
      { 'x-api-key': serverKey, accept: `${mediaType};formatVersion=2, ${mediaType};formatVersion=11` },
    ],
    ['in a format that is none', 406, { 'x-api-key': serverKey, 'switchyard-ruleset': '1.5; flagd' }],
    ['without data', 503, { 'x-api-key': waitingKey }],
  ])('is refused %s', async (_, status, headers) => {
    const plane = await start()
    const answer = await readStream(plane.url + path, headers)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text())).toEqual({ errorCode: 'GENERAL', errorDetails: expect.any(String) })
    if (status === 503) expect(answer.headers['retry-after']).toBe('2')
    if (status === 406) expect(answer.headers['switchyard-ruleset']).toBe('1')
  })

  it.each(['1', '1; flagsmith, flagd', ' 1'])('is answered to who knows the format %j', async (header) => {
    const plane = await start()
    const answer = await request(plane.url + path, {
      method: 'HEAD',
      headers: { 'x-api-key': serverKey, 'switchyard-ruleset': header },
    })
    expect(answer.statusCode).toBe(200)
  })
})

describe.each([rulesetPath, streamPath])('%s is answered to who accepts', (path) => {
  it.each([
    '*/*',
    'application/json',
    'text/event-stream',
    mediaType,
    `${mediaType}; formatVersion=1`,
    `${mediaType.toUpperCase()};FORMATVERSION="1";dialect="flagd flagsmith@2"`,
    `${mediaType};dialect="a, ${mediaType};formatVersion=2"; formatVersion=1`,
    `text/event-stream, ${mediaType}; formatVersion=2, ${mediaType}; formatVersion=1`,
  ])('%s', async (accept) => {
    const plane = await start()
    const answer = await request(plane.url + path, {
      method: 'HEAD',
      headers: { 'x-api-key': serverKey, accept },
    })
    expect(answer.statusCode).toBe(200)
  })
})

describe('the stream of a ruleset', () => {
  it('begins with the state and the whole ruleset', async () => {
    const plane = await start()
    const stream = await open(plane)
    await expect
      .poll(() => stream.events)
      .toEqual([
        { event: 'state', data: { state: 'fresh' } },
        { event: 'ruleset', data: viewOf('a'), id: idOf(plane) },
      ])
  })

  it('goes on with a patch for each change', async () => {
    const plane = await start()
    const stream = await open(plane)
    let ruleset = viewOf('a')
    for (const value of ['b', 'c']) {
      serve(plane, value)
      await expect.poll(() => stream.events.at(-1)).toMatchObject({ event: 'patch', id: idOf(plane) })
      const patch = stream.events.at(-1)?.data as RulesetPatch
      expect(patch).toMatchObject({ from: ruleset.revision, to: plane.shop.served?.revision })
      expect(patch.flags).toEqual({ set: { plain: viewOf(value).flags['plain'] } })
      const patched = applyPatch(ruleset, patch)
      expect(patched).toEqual({ ok: true, ruleset: viewOf(value) })
      if (patched.ok) ruleset = patched.ruleset
    }
  })

  it('tells the state again whenever it changes', async () => {
    const plane = await start()
    plane.shop.state = 'stale'
    const stream = await open(plane)
    await expect.poll(() => namesOf(stream)).toEqual(['state', 'ruleset'])
    plane.shop.state = 'fresh'
    plane.shop.state = 'stale'
    serve(plane, 'b')
    await expect.poll(() => namesOf(stream)).toContain('patch')
    const states = stream.events.filter(({ event }) => event === 'state').map(({ data }) => data)
    expect(states).toEqual(['stale', 'fresh', 'stale', 'fresh'].map((state) => ({ state })))
  })

  it.each([
    ['the sequence of this process', (id: string) => id],
    ['another sequence', (id: string) => id.replace(/^\d+/, '77')],
    ['no sequence', (id: string) => id.replace(/^\d+/, '0')],
  ])('sends nothing but the state to who has the revision, with %s', async (_, idFrom) => {
    const plane = await start()
    const stream = await open(plane, { 'last-event-id': idFrom(idOf(plane)) })
    serve(plane, 'b')
    await expect.poll(() => namesOf(stream)).toEqual(['state', 'patch'])
  })

  it('sends the patches since a late revision, each as it was', async () => {
    const plane = await start()
    const first = await open(plane)
    const id = idOf(plane)
    for (const value of ['b'.repeat(5), 'c'.repeat(5)]) serve(plane, value)
    await expect.poll(() => namesOf(first)).toEqual(['state', 'ruleset', 'patch', 'patch'])
    const second = await open(plane, { 'last-event-id': id })
    await expect.poll(() => second.events.slice(1)).toEqual(first.events.slice(2))
  })

  it.each(['5-0123456789abcdef', 'x', ''])('sends everything to who has %j', async (id) => {
    const plane = await start()
    const stream = await open(plane, { 'last-event-id': id })
    await expect.poll(() => stream.events.at(-1)).toEqual({ event: 'ruleset', data: viewOf('a'), id: idOf(plane) })
  })

  it('sends everything where the patches are longer than that', async () => {
    const plane = await start()
    const [first, id] = [await open(plane), idOf(plane)]
    await expect.poll(() => namesOf(first)).toContain('ruleset')
    for (let index = 0; index < 20; index += 1) serve(plane, `b${index}`)
    const second = await open(plane, { 'last-event-id': id })
    await expect.poll(() => namesOf(second)).toEqual(['state', 'ruleset'])
  })

  it('is the same bytes for every client', async () => {
    const plane = await start()
    const streams = [await open(plane), await open(plane)]
    serve(plane, 'b')
    await expect.poll(() => streams.map((stream) => stream.text().includes('event: patch'))).toEqual([true, true])
    expect(streams[0]?.text()).toBe(streams[1]?.text())
  })

  it('is cut where the client does not read, and holds up nobody else', async () => {
    const plane = await startPlane({ streams: { slowReaderTimeoutMs: 200 } })
    serveLarge(plane, 'a')
    const quick = await open(plane, { 'last-event-id': idOf(plane) })
    const slow = await open(plane)
    slow.pause()
    const ended = () => plane.streamCounts.read('shop').map(({ open, ended }) => [open, ended])
    await expect.poll(ended, { timeout: 10_000 }).toEqual([[1, { slow: 1 }]])
    serveLarge(plane, 'b')
    await expect.poll(() => namesOf(quick), { timeout: 10_000 }).toEqual(['state', 'patch'])
  })

  it('sends nothing to a client that is behind, and everything once it reads on', async () => {
    const plane = await startPlane()
    serveLarge(plane, 'a')
    const slow = await open(plane)
    slow.pause()
    const sent = () => plane.streamCounts.read('shop')[0]?.sent
    for (const value of ['b', 'c', 'd']) serveLarge(plane, value)
    plane.shop.state = 'stale'
    expect(sent()).toEqual({ state: 1, ruleset: 1 })
    slow.resume()
    await expect
      .poll(() => namesOf(slow), { timeout: 10_000 })
      .toEqual(['state', 'ruleset', 'state', 'patch', 'patch', 'patch'])
    expect(slow.events.at(2)?.data).toEqual({ state: 'stale' })
    expect(slow.events.at(-1)?.id).toBe(idOf(plane))
  })

  it('counts each event by its name', async () => {
    const plane = await start()
    const stream = await open(plane)
    serve(plane, 'b')
    await expect.poll(() => namesOf(stream)).toHaveLength(3)
    const sent = { state: 1, ruleset: 1, patch: 1 }
    expect(plane.streamCounts.read('shop')).toEqual([{ kind: 'ruleset', open: 1, sent, ended: {} }])
  })
})
