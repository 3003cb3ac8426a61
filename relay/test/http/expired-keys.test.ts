import { describe, expect, it, vi } from 'vitest'
import { accessKey } from '../../src/config/access-key.js'
import { bulkPath, clientKey, post, startPlane, type TestPlane } from './plane.js'
import { readStream, type StreamReader } from './read-stream.js'

const untilMs = Date.UTC(2027, 0, 31)
const oldKey = 'old-key-of-the-shop-server'
const oldWebKey = 'old-key-of-the-shop-web'

/** A plane with a clock; the old keys have a date, and the others none. */
async function start() {
  const clock = { ms: untilMs - 1 }
  const plane = await startPlane({ now: () => clock.ms })
  plane.serve(
    [
      {
        environment: plane.shop,
        serverKeys: [accessKey(oldKey, untilMs)],
        clientKeys: [accessKey(clientKey), accessKey(oldWebKey, untilMs)],
      },
    ],
    {},
  )
  return { clock, plane }
}

const ask = (plane: TestPlane, key: string): Promise<Response> =>
  post(plane, bulkPath, { context: {} }, { authorization: `Bearer ${key}` })

async function ended(stream: StreamReader): Promise<void> {
  await vi.waitFor(() => expect(stream.isEnded()).toBe(true), 10_000)
}

describe('a key whose date has passed', () => {
  it('answers 401 and says why, is counted each time, and told to the log once, masked', async () => {
    const { clock, plane } = await start()
    expect((await ask(plane, oldKey)).status).toBe(200)
    clock.ms = untilMs
    for (let time = 0; time < 3; time += 1) {
      const answer = await ask(plane, oldKey)
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
      expect(await answer.text()).toContain('the key has expired')
    }
    expect((await ask(plane, clientKey)).status).toBe(200)
    expect(plane.refusals.read()['expired-key']).toBe(3)
    expect(plane.logged).toEqual([
      {
        environment: 'shop',
        audience: 'server',
        masked: '....rver',
        validUntil: '2027-01-31T00:00:00.000Z',
        message: 'a key that has expired is still in use',
      },
    ])
  })

  it('gets no 304 for what it had', async () => {
    const { clock, plane } = await start()
    const etag = (await ask(plane, oldKey)).headers.get('etag') ?? ''
    const again = (): Promise<Response> =>
      post(plane, bulkPath, { context: {} }, { authorization: `Bearer ${oldKey}`, 'if-none-match': etag })
    expect((await again()).status).toBe(304)
    clock.ms = untilMs
    expect((await again()).status).toBe(401)
  })

  it('loses its streams of every kind, and nobody else does', async () => {
    const { clock, plane } = await start()
    const open = (path: string, key: string): Promise<StreamReader> =>
      readStream(plane.url + path, { authorization: `Bearer ${key}` })
    const rules = await open('/switchyard/v1/stream', oldKey)
    const changes = await open('/ofrep/v1/events', oldWebKey)
    const stays = await open('/ofrep/v1/events', clientKey)
    const { eventStreams } = (await (await ask(plane, oldWebKey)).json()) as {
      eventStreams: { endpoint: { requestUri: string } }[]
    }
    const address = plane.url + (eventStreams[0]?.endpoint.requestUri ?? '')
    const byToken = await readStream(address)
    clock.ms = untilMs
    await Promise.all([rules, changes, byToken].map(ended))
    expect(stays.isEnded()).toBe(false)
    expect((await readStream(address)).status).toBe(401)
    const { ended: endings } = plane.streamCounts.read('shop').find(({ kind }) => kind === 'ofrep') ?? {}
    expect(endings).toEqual({ revoked: 2 })
  })

  it('opens again when the clock is put back, and loses its streams when its time comes again', async () => {
    const { clock, plane } = await start()
    clock.ms = untilMs
    expect((await ask(plane, oldKey)).status).toBe(401)
    clock.ms = untilMs - 60_000
    expect((await ask(plane, oldKey)).status).toBe(200)
    const stream = await readStream(`${plane.url}/ofrep/v1/events`, { authorization: `Bearer ${oldKey}` })
    expect(stream.status).toBe(200)
    clock.ms = untilMs + 60_000
    await ended(stream)
  })
})
