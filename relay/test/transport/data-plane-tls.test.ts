/** The data plane behind TLS, asked by real clients with real certificates. */
import { connect, type Socket } from 'node:net'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { accessKey } from '../../src/config/access-key.js'
import type { TlsOptions } from '../../src/transport/tls-options.js'
import { bulkPath, serverKey, startPlane, textOf, type TestPlane, type TestPlaneOptions } from '../http/plane.js'
import { createAuthority, type Authority, type Pair } from './certificates.js'
import { askOnce, openTls, tlsClient, type Trust } from './tls-client.js'

let authority: Authority
let stranger: Authority
let own: Pair
let client: Pair

beforeAll(() => {
  authority = createAuthority()
  stranger = createAuthority('Somebody Else')
  own = authority.issue('relay')
  client = authority.issue('application')
})

async function start(tls: Partial<TlsOptions> = {}, options: TestPlaneOptions = {}): Promise<TestPlane> {
  return startPlane({ ...options, limits: { ...options.limits, tls: { ...plain(), ...tls } } })
}

function plain(): TlsOptions {
  return { ...own, clientCertificate: 'none', minVersion: 'TLSv1.2', handshakeTimeoutMs: 10_000 }
}

function trust(shown?: Pair): Trust {
  return {
    ca: authority.certificate,
    ...(shown === undefined ? {} : { cert: shown.certificate, key: shown.key }),
  }
}

function post(path: string): [string, object] {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${serverKey}` }
  return [path, { method: 'POST', headers, body: '{"context":{"targetingKey":"u"}}' }]
}

/** As a reload does. */
function renew(plane: TestPlane, tls: TlsOptions): void {
  plane.serve([{ environment: plane.shop, serverKeys: [accessKey(serverKey)], clientKeys: [] }], { tls })
}

function refusals({ refusals: counts }: TestPlane): Record<string, number> {
  return Object.fromEntries(Object.entries(counts.read()).filter(([, count]) => count > 0))
}

/** How a connection that says nothing, or something else than TLS, is ended. */
async function rawEnd(plane: TestPlane, text: string): Promise<string> {
  const socket = connect(plane.port, '127.0.0.1', () => socket.write(text))
  return textOf(socket)
}

describe('a data plane with a certificate', () => {
  it('answers who trusts its authority, on one connection after the other request', async () => {
    const plane = await start()
    expect(plane.url).toMatch(/^https:/)
    const asking = tlsClient(plane.url, trust())
    onTestFinished(() => asking.close())
    const [first, second] = [await asking.ask(...post(bulkPath)), await asking.ask(...post(bulkPath))]
    expect([first.status, second.status, first.server]).toEqual([200, 200, 'relay'])
    expect(JSON.parse(first.body)).toHaveProperty('flags')
  })

  it('is refused by who does not', async () => {
    const plane = await start()
    await expect(askOnce(plane.url, { ca: stranger.certificate })).rejects.toThrow(/verify|signature|issuer/)
  })

  it('ends connections that do not speak TLS, without an answer, and counts them', async () => {
    const plane = await start()
    expect(await rawEnd(plane, 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n').catch(() => '')).not.toContain('HTTP/1.1')
    await expect.poll(() => refusals(plane)).toEqual({ handshake: 1 })
    expect((await askOnce(plane.url, trust())).status).toBe(200)
  })

  it('does not count who only looks whether the port is open', async () => {
    const plane = await start()
    const socket = connect(plane.port, '127.0.0.1', () => socket.end())
    await textOf(socket)
    expect((await askOnce(plane.url, trust())).status).toBe(200)
    await expect.poll(() => refusals(plane)).toEqual({})
  })

  it('ends a handshake that takes too long', async () => {
    const plane = await start({ handshakeTimeoutMs: 50 })
    expect(await rawEnd(plane, '').catch(() => '')).toBe('')
    await expect.poll(() => refusals(plane)).toEqual({ 'too-slow': 1 })
  })

  it('answers requests that are too slow, once the handshake is done, as it does without TLS', async () => {
    const plane = await start({}, { limits: { headersTimeoutMs: 50, requestTimeoutMs: 50 } })
    const socket = await openTls(plane.url, trust())
    socket.write('GET /healthz HTTP/1.1\r\n')
    expect(await textOf(socket as Socket)).toContain('408 Request Timeout')
    await expect.poll(() => refusals(plane)).toEqual({ 'too-slow': 1 })
  })

  it('speaks no older version than is configured', async () => {
    const plane = await start({ minVersion: 'TLSv1.3' })
    await expect(openTls(plane.url, { ...trust(), maxVersion: 'TLSv1.2' })).rejects.toThrow()
    const open = await openTls(plane.url, trust())
    expect(open.getProtocol()).toBe('TLSv1.3')
    open.destroy()
    await expect.poll(() => refusals(plane)).toEqual({ handshake: 1 })
  })

  it('closes with handshakes that never end under way', async () => {
    const plane = await start({ handshakeTimeoutMs: 600_000 })
    const idle = connect(plane.port, '127.0.0.1')
    const open = await openTls(plane.url, trust())
    await Promise.all([plane.close(50), textOf(idle), textOf(open as Socket)])
  })

  it('closes connections above the limit before the handshake', async () => {
    const plane = await start({}, { limits: { maxConnections: 1 } })
    const open = await openTls(plane.url, trust())
    await expect(openTls(plane.url, trust())).rejects.toThrow()
    await expect.poll(() => refusals(plane)).toEqual({ connections: 1 })
    open.destroy()
  })
})

describe('a data plane that asks for certificates', () => {
  it('answers a client with one of the authority, and nobody without, nor with one of another authority', async () => {
    const plane = await start({ clientCa: authority.certificate, clientCertificate: 'required' })
    expect((await askOnce(plane.url, trust(client), ...post(bulkPath))).status).toBe(200)
    await expect(askOnce(plane.url, trust())).rejects.toThrow()
    await expect(askOnce(plane.url, trust(stranger.issue('application')))).rejects.toThrow()
    await expect(askOnce(plane.url, { ...trust(stranger.issue('a')), maxVersion: 'TLSv1.2' })).rejects.toThrow()
    await expect.poll(() => refusals(plane)).toEqual({ 'client-certificate': 3 })
    expect(plane.observed).toEqual([`${bulkPath} POST 200`])
  })

  it('wants the key all the same', async () => {
    const plane = await start({ clientCa: authority.certificate, clientCertificate: 'required' })
    const unkeyed = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    expect((await askOnce(plane.url, trust(client), bulkPath, unkeyed)).status).toBe(401)
  })

  it('answers without one too where it is optional, and not with a wrong one', async () => {
    const plane = await start({ clientCa: authority.certificate, clientCertificate: 'optional' })
    expect((await askOnce(plane.url, trust())).status).toBe(200)
    expect((await askOnce(plane.url, trust(client))).status).toBe(200)
    await expect(askOnce(plane.url, trust(stranger.issue('application')))).rejects.toThrow()
    await expect.poll(() => refusals(plane)).toEqual({ 'client-certificate': 1 })
  })
})

describe('what a plane does under load and over time', () => {
  const limited = { overload: { maxEventLoopDelayMs: 0, ratePerKey: 1, burstPerKey: 1 } }

  it('tells streams of changes, through a new certificate too', async () => {
    const plane = await start()
    const socket = await openTls(plane.url, trust())
    onTestFinished(() => void socket.destroy())
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    socket.write(`GET /ofrep/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${serverKey}\r\n\r\n`)
    await expect.poll(() => text).toContain('text/event-stream')
    const told = (): number => text.split('"type":"refetchEvaluation"').length - 1
    plane.shop.serve({ flags: {} })
    await expect.poll(told).toBe(1)
    renew(plane, { ...plain(), ...authority.issue('relay renewed') })
    plane.shop.serve({ flags: { plain: { outcomes: [{ value: 1, reason: 'STATIC' }], decide: 0 } } })
    await expect.poll(told).toBe(2)
    expect(socket.destroyed).toBe(false)
  })

  it('refuses with the same answers: too many streams, too many evaluations, too long a body', async () => {
    const plane = await start({}, { streams: { maxPerKey: 1 }, limits: { ...limited, maxBodyBytes: 1_024 } })
    const headers = { authorization: `Bearer ${serverKey}` }
    const open = await openTls(plane.url, trust())
    onTestFinished(() => void open.destroy())
    open.write(`GET /ofrep/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${serverKey}\r\n\r\n`)
    await expect.poll(() => plane.observed).toEqual(['/ofrep/v1/events GET 200'])
    expect((await askOnce(plane.url, trust(), '/ofrep/v1/events', { headers })).status).toBe(429)
    expect((await askOnce(plane.url, trust(), ...post(bulkPath))).status).toBe(200)
    const other = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"context":{"a":1}}',
    }
    expect((await askOnce(plane.url, trust(), bulkPath, other)).status).toBe(429)
    const long = { ...other, body: JSON.stringify({ context: { a: 'a'.repeat(2_000) } }) }
    expect((await askOnce(plane.url, trust(), bulkPath, long)).status).toBe(413)
  })

  it('is asked undisturbed beside many handshakes that never end, which are cut in time', async () => {
    const plane = await start({ handshakeTimeoutMs: 5_000 })
    const idle = Array.from({ length: 200 }, () => connect(plane.port, '127.0.0.1'))
    const ended = idle.map((socket) => textOf(socket).catch(() => ''))
    for (let asked = 0; asked < 20; asked += 1) {
      expect((await askOnce(plane.url, trust(), ...post(bulkPath))).status).toBe(200)
    }
    await Promise.all(ended)
    await expect.poll(() => refusals(plane)).toEqual({ 'too-slow': 200 })
  })
})

describe('a certificate that is renewed', () => {
  it('is shown on new connections, while those that are open go on', async () => {
    const plane = await start()
    const asking = tlsClient(plane.url, trust())
    onTestFinished(() => asking.close())
    expect((await asking.ask('/healthz')).server).toBe('relay')
    renew(plane, { ...plain(), ...authority.issue('relay renewed') })
    expect((await asking.ask('/healthz')).server).toBe('relay')
    expect((await askOnce(plane.url, trust())).server).toBe('relay renewed')
  })

  it('counts for clients too: one that was trusted cannot even resume its session', async () => {
    const mutual = { ...plain(), clientCa: authority.certificate, clientCertificate: 'required' } as const
    const plane = await start(mutual)
    const first = await openTls(plane.url, trust(client))
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve))
    first.destroy()
    const again = await openTls(plane.url, { ...trust(client), session })
    expect(again.isSessionReused()).toBe(true)
    again.destroy()

    renew(plane, { ...mutual, clientCa: stranger.certificate })
    const resumed = await openTls(plane.url, { ...trust(client), session }).catch(() => null)
    if (resumed !== null) {
      resumed.write('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      expect(await textOf(resumed as Socket).catch(() => '')).toBe('')
    }
    await expect.poll(() => refusals(plane)).toEqual({ 'client-certificate': 1 })
    expect((await askOnce(plane.url, trust(stranger.issue('application')))).status).toBe(200)
  })

  it('leaves the authority in place where a new one is missing: Node would trust all public ones', async () => {
    const mutual = { ...plain(), clientCa: authority.certificate, clientCertificate: 'required' } as const
    const plane = await start(mutual)
    renew(plane, plain())
    await expect(askOnce(plane.url, trust(stranger.issue('application')))).rejects.toThrow()
    expect((await askOnce(plane.url, trust(client))).status).toBe(200)
  })
})
