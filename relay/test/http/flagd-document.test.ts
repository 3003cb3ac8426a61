import { gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { clientKey, serverKey, startPlane, waitingKey, type TestPlane, type TestPlaneOptions } from './plane.js'

const path = '/flagd/v1/flags.json'
const documentWith = (variant: string): string =>
  JSON.stringify({ flags: { plain: { state: 'ENABLED', variants: { [variant]: 'ä' }, defaultVariant: variant } } })

async function start(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const plane = await startPlane(options)
  plane.shop.vendor = 'flagd'
  plane.shop.original = documentWith('a')
  return plane
}

async function get(plane: TestPlane, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
  const answer = await request(plane.url + path, { method, headers: { 'x-api-key': serverKey, ...headers } })
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) }
}

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

describe('the flagd document', () => {
  it('is the one that was read, byte by byte', async () => {
    const plane = await start()
    const { status, headers, body } = await get(plane)
    expect([status, body.toString()]).toEqual([200, documentWith('a')])
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(body.length),
      'cache-control': 'private, no-cache',
      'switchyard-state': 'fresh',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
    })
    expect(plane.observed).toEqual([`${path} GET 200`])
  })

  it('comes compressed to who takes that, as flagd does', async () => {
    const { headers, body } = await get(await start(), { 'accept-encoding': 'gzip' })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', etag: expect.stringMatching(/^"[\w-]{43}-gzip"$/) })
    expect(gunzipSync(body).toString()).toBe(documentWith('a'))
  })

  it('is not sent to who has it, in whichever coding, until it changes, and has the same tag from every replica', async () => {
    const [plane, other] = [await start(), await start()]
    const plain = String((await get(plane)).headers['etag'])
    const zipped = String((await get(plane, { 'accept-encoding': 'gzip' })).headers['etag'])
    plane.shop.state = 'stale'
    for (const [asked, etag] of [
      [plane, plain],
      [plane, zipped],
      [other, plain],
    ] as const) {
      const { status, headers, body } = await get(asked, { 'if-none-match': etag })
      expect([status, headers['etag'], body.length]).toEqual([304, etag, 0])
    }
    plane.shop.original = documentWith('b')
    const changed = await get(plane, { 'if-none-match': plain, 'accept-encoding': 'gzip' })
    expect([changed.status, gunzipSync(changed.body).toString()]).toEqual([200, documentWith('b')])
  })

  it('answers HEAD with headers alone, and no other method', async () => {
    const plane = await start()
    const head = await get(plane, {}, 'HEAD')
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
      200,
      String(Buffer.byteLength(documentWith('a'))),
      0,
    ])
    expect(await get(plane, {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
  })

  it.each<[who: string, status: number, headers: Record<string, string>]>([
    ['a server key as a bearer', 200, { authorization: `Bearer ${serverKey}` }],
    ['a server key as the password in the address', 200, { authorization: basic('flagd', serverKey) }],
    ['a server key as the password without a name', 200, { authorization: basic('', serverKey) }],
    ["another server's credentials beside a key", 200, { authorization: basic('gate', 'way'), 'x-api-key': serverKey }],
    ['nobody', 401, {}],
    ['an unknown key', 401, { 'x-api-key': 'nobody' }],
    ['an unknown password', 401, { authorization: basic('flagd', 'nobody') }],
    [
      'a password without a name or colon',
      401,
      { authorization: `Basic ${Buffer.from(serverKey).toString('base64')}` },
    ],
    ['a server key as the name', 401, { authorization: basic(serverKey, '') }],
    ['a client key', 403, { 'x-api-key': clientKey }],
    ['a client key as the password', 403, { authorization: basic('flagd', clientKey) }],
    ['an environment without data', 503, { 'x-api-key': waitingKey }],
  ])('answers %s with %i', async (_who, status, headers) => {
    const { url } = await start()
    const answer = await fetch(url + path, { headers })
    expect([answer.status, (await answer.text()) === documentWith('a')]).toEqual([status, status === 200])
  })

  it('takes a password for the document alone', async () => {
    const { url } = await start()
    const headers = { authorization: basic('flagd', serverKey) }
    expect((await fetch(`${url}/switchyard/v1/ruleset`, { headers })).status).toBe(401)
  })

  it('says whose documents they are where they are not of flagd', async () => {
    const plane = await start()
    plane.shop.vendor = 'flagsmith'
    const { status, body } = await get(plane)
    expect(status).toBe(404)
    expect(JSON.parse(body.toString())).toMatchObject({
      errorDetails: expect.stringMatching(/upstream is a flagd document; this one's is flagsmith/),
    })
  })

  it('asks for patience while what is served came from a store without it', async () => {
    const plane = await start()
    plane.shop.original = null
    expect(await get(plane)).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
  })
})
