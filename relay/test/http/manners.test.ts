import { once } from 'node:events'
import { request as plainRequest } from 'node:http'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { bulkPath, converse, limits, parseAnswer, post, serverKey, startPlane, textOf } from './plane.js'

const json = { 'Content-Type': 'application/json' }

/** A request as it goes over the wire; the connection ends after its answer unless told otherwise. */
function raw(start: string, headers: Record<string, string | number> = {}, body = ''): string {
  const all = { Host: 'localhost', 'X-API-Key': serverKey, Connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${start}\r\n${lines.join('')}\r\n${body}`
}

describe('the methods of an address', () => {
  it.each([
    ['GET', bulkPath, 'POST, OPTIONS'],
    ['PUT', `${bulkPath}/plain`, 'POST, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/healthz/', 'GET, HEAD, OPTIONS'],
  ])('are told to who tries %s %s', async (method, path, allow) => {
    const plane = await startPlane()
    const response = await fetch(plane.url + path, { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(await response.json()).toMatchObject({ errorCode: 'GENERAL', errorDetails: `this answers ${allow}` })
  })

  it('leave no body to HEAD', async () => {
    const plane = await startPlane()
    const { status, body } = parseAnswer(await converse(plane.port, raw(`HEAD ${bulkPath} HTTP/1.1`)))
    expect([status, body]).toEqual([405, ''])
  })
})

describe('an address', () => {
  it.each([
    '/',
    '/ofrep/v1',
    '/ofrep/v1/evaluate/flag',
    `${bulkPath}s`,
    `${bulkPath}//`,
    '/ofrep/v1/ofrep/v1/evaluate/flags',
    '*',
  ])('that is none, such as %s, is not found', async (target) => {
    const plane = await startPlane()
    const { status, body } = parseAnswer(await converse(plane.port, raw(`POST ${target} HTTP/1.1`)))
    expect(status).toBe(404)
    expect(JSON.parse(body)).toEqual({ errorCode: 'GENERAL', errorDetails: expect.stringContaining('base URL') })
  })

  it('may be a whole URL', async () => {
    const plane = await startPlane()
    const target = `http://flags.example${bulkPath}/plain?a=b`
    const { status, body } = parseAnswer(await converse(plane.port, raw(`POST ${target} HTTP/1.1`)))
    expect([status, JSON.parse(body)]).toMatchObject([200, { key: 'plain' }])
  })

  it('with braces is a flag key like any other', async () => {
    const plane = await startPlane()
    const { body } = parseAnswer(await converse(plane.port, raw(`POST ${bulkPath}/{key} HTTP/1.1`)))
    expect(JSON.parse(body)).toMatchObject({ key: '{key}', errorCode: 'FLAG_NOT_FOUND' })
  })

  it('of health answers anybody, without a body', async () => {
    const plane = await startPlane()
    const response = await fetch(`${plane.url}/healthz`)
    expect([response.status, await response.text()]).toEqual([200, ''])
  })
})

describe('a request body', () => {
  const refused = { errorCode: 'GENERAL', errorDetails: expect.any(String) }

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonx', 415],
    ['', 415],
    ['application/json', 200],
    ['Application/JSON ; charset=utf-8', 200],
    ['application/vnd.shop+json', 200],
  ])('of the type %j', async (type, expected) => {
    const plane = await startPlane()
    const headers = { 'Content-Type': type, 'Content-Length': 2 }
    const {
      status,
      headers: given,
      body,
    } = parseAnswer(await converse(plane.port, raw(`POST ${bulkPath} HTTP/1.1`, headers, '{}')))
    expect(status).toBe(expected)
    if (expected === 415) expect([given['accept'], JSON.parse(body)]).toEqual(['application/json', refused])
  })

  it('need not say its type, and nothing is of any type', async () => {
    const plane = await startPlane()
    const untyped = await converse(plane.port, raw(`POST ${bulkPath} HTTP/1.1`, { 'Content-Length': 2 }, '{}'))
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 0 }
    const nothing = await converse(plane.port, raw(`POST ${bulkPath} HTTP/1.1`, form))
    expect([parseAnswer(untyped).status, parseAnswer(nothing).status]).toEqual([200, 200])
  })

  it('must not be compressed', async () => {
    const plane = await startPlane()
    const response = await post(plane, `${bulkPath}/plain`, {}, { 'content-encoding': 'gzip' })
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(await response.json()).toEqual({ key: 'plain', ...refused })
    expect((await post(plane, bulkPath, {}, { 'content-encoding': 'Identity' })).status).toBe(200)
  })

  it('may come in pieces, with or without its length', async () => {
    const plane = await startPlane()
    const body = JSON.stringify({ context: { plan: 'gold', note: 'ä'.repeat(10_000) } })
    for (const headers of [{ 'content-length': Buffer.byteLength(body) }, {}]) {
      const answer = await new Promise<string>((resolve, reject) => {
        const outgoing = plainRequest(`${plane.url}${bulkPath}/targeted`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': serverKey, ...headers },
        })
        outgoing.on('error', reject)
        outgoing.on('response', (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve(text))
        })
        const bytes = Buffer.from(body)
        outgoing.write(bytes.subarray(0, 31), () => {
          outgoing.write(bytes.subarray(31, 5_000))
          outgoing.end(bytes.subarray(5_000))
        })
      })
      expect(JSON.parse(answer)).toMatchObject({ key: 'targeted', value: 'gold' })
    }
  })

  it('may be as long as the limit', async () => {
    const plane = await startPlane({ limits: { ...limits, maxBodyBytes: 100 } })
    expect((await post(plane, bulkPath, '{}'.padEnd(100))).status).toBe(200)
    expect((await post(plane, bulkPath, '{}'.padEnd(101))).status).toBe(413)
  })

  it.each([
    ['with', (body: string) => raw(`POST ${bulkPath} HTTP/1.1`, { ...json, 'Content-Length': body.length }, body)],
    [
      'without',
      (body: string) => {
        const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
        return raw(`POST ${bulkPath} HTTP/1.1`, { ...json, 'Transfer-Encoding': 'chunked' }, chunk)
      },
    ],
  ])('that is too long is refused %s its length, and the client sees it', async (_, requestWith) => {
    const plane = await startPlane({ limits: { ...limits, maxBodyBytes: 1_000 } })
    const { status, body } = parseAnswer(await converse(plane.port, requestWith(' '.repeat(3_000_000))))
    expect([status, JSON.parse(body)]).toEqual([413, refused])
  })

  it('that is too long leaves the connection to the next request', async () => {
    const plane = await startPlane({ limits: { ...limits, maxBodyBytes: 10 } })
    const first = raw(
      `POST ${bulkPath} HTTP/1.1`,
      { ...json, 'Content-Length': 50, Connection: 'keep-alive' },
      ' '.repeat(50),
    )
    const second = raw(`POST ${bulkPath}/plain HTTP/1.1`)
    const answers = await converse(plane.port, first + second)
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  })

  it('is asked for only if it is wanted', async () => {
    const plane = await startPlane({ limits: { ...limits, maxBodyBytes: 10 } })
    const held = (headers: Record<string, string | number>): Promise<string> => {
      const all = { ...json, Expect: '100-continue', Connection: 'keep-alive', ...headers }
      return converse(plane.port, raw(`POST ${bulkPath} HTTP/1.1`, all))
    }
    const refusals = await Promise.all([
      held({ 'Content-Length': 11 }),
      held({ 'Content-Length': 2, 'X-API-Key': 'no' }),
    ])
    expect(refusals.map((text) => parseAnswer(text).status)).toEqual([413, 401])
    expect(refusals.map((text) => parseAnswer(text).headers['connection'])).toEqual(['close', 'close'])
  })

  it('that is held back is sent after being asked for', async () => {
    const plane = await startPlane()
    const socket = connect(plane.port, '127.0.0.1', () => {
      socket.write(raw(`POST ${bulkPath}/plain HTTP/1.1`, { ...json, Expect: '100-continue', 'Content-Length': 2 }))
    })
    socket.once('data', () => socket.write('{}'))
    const answer = await textOf(socket)
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200'])
  })

  it('that does not arrive in time ends the connection', async () => {
    const plane = await startPlane({ limits: { ...limits, requestTimeoutMs: 100 } })
    const text = await converse(plane.port, raw(`POST ${bulkPath} HTTP/1.1`, { ...json, 'Content-Length': 10 }, '{'))
    const { status, headers, body } = parseAnswer(text)
    expect([status, headers['connection']]).toEqual([408, 'close'])
    expect(JSON.parse(body)).toEqual(refused)
  })

  it('whose answer is never read ends the connection', async () => {
    const plane = await startPlane({
      limits: { ...limits, keepAliveTimeoutMs: 200 },
      streams: { heartbeatMs: 100 },
    })
    const value = 'x'.repeat(20_000_000)
    plane.shop.serve({ flags: { large: { outcomes: [{ value, reason: 'STATIC' }], decide: 0 } } })
    const client = connect(plane.port, '127.0.0.1', () => client.write(raw(`POST ${bulkPath}/large HTTP/1.1`))).pause()
    const connections = promisify(plane.server.getConnections.bind(plane.server))
    await expect.poll(() => plane.observed.length).toBe(1)
    await expect.poll(connections, { timeout: 5_000 }).toBe(0)
    client.destroy()
  })

  it('of a client that goes away is forgotten', async () => {
    const plane = await startPlane()
    await new Promise<void>((resolve) => {
      const socket = connect(plane.port, '127.0.0.1')
      socket.write(raw(`POST ${bulkPath} HTTP/1.1`, { ...json, 'Content-Length': 10 }, '{'), () => {
        socket.resetAndDestroy()
        resolve()
      })
    })
    expect((await post(plane, bulkPath)).status).toBe(200)
    expect(plane.logged).toEqual([])
    expect(plane.observed).toEqual([`${bulkPath} POST 200`])
  })
})

describe('what is not HTTP', () => {
  it.each([
    ['no request line', 'hello\r\n\r\n', 400],
    ['a header without a name', `POST ${bulkPath} HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n`, 400],
    ['two lengths', raw(`POST ${bulkPath} HTTP/1.1`, { 'Content-Length': '2, 3' }, '{}'), 400],
    [
      'a length and chunks',
      raw(`POST ${bulkPath} HTTP/1.1`, { 'Content-Length': 2, 'Transfer-Encoding': 'chunked' }),
      400,
    ],
    ['a chunk without a length', raw(`POST ${bulkPath} HTTP/1.1`, { 'Transfer-Encoding': 'chunked' }, 'x\r\n'), 400],
    ['too long headers', raw(`POST ${bulkPath} HTTP/1.1`, { 'X-Long': 'x'.repeat(20_000) }), 431],
  ])('is refused: %s', async (_, text, expected) => {
    const plane = await startPlane()
    const { status, headers, body } = parseAnswer(await converse(plane.port, text))
    expect(status).toBe(expected)
    expect(headers).toMatchObject({ connection: 'close', 'content-type': 'application/json' })
    expect(JSON.parse(body)).toEqual({ errorCode: 'GENERAL', errorDetails: expect.any(String) })
  })

  it('ends its connection even where the client keeps it open', async () => {
    const plane = await startPlane()
    const socket = connect({ port: plane.port, host: '127.0.0.1', allowHalfOpen: true })
    socket.write('hello\r\n\r\n')
    await once(socket, 'data')
    const connections = (): Promise<number> => promisify(plane.server.getConnections.bind(plane.server))()
    await expect.poll(connections).toBe(0)
    socket.destroy()
  })

  it('ends nothing but its own connection', async () => {
    const plane = await startPlane()
    await converse(plane.port, 'hello\r\n\r\n')
    expect((await post(plane, bulkPath)).status).toBe(200)
    expect(plane.logged).toEqual([])
  })
})

describe('a connection', () => {
  it('stays open longer than load balancers wait', async () => {
    const plane = await startPlane()
    const response = await post(plane, bulkPath)
    expect(response.headers.get('keep-alive')).toBe('timeout=75')
    expect(plane.server.keepAliveTimeout).toBe(75_000)
  })

  it('carries requests that do not wait for answers', async () => {
    const plane = await startPlane()
    const go = { ...json, 'Content-Length': 2, Connection: 'keep-alive' }
    const requests = [
      raw(`POST ${bulkPath}/plain HTTP/1.1`, go, '{}'),
      raw(`POST ${bulkPath}/none HTTP/1.1`, go, '{}'),
      raw('GET /healthz HTTP/1.1'),
    ]
    const answers = await converse(plane.port, requests.join(''))
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200'])
  })

  it('takes trace headers along', async () => {
    const plane = await startPlane()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    expect((await post(plane, bulkPath, {}, { traceparent })).status).toBe(200)
  })
})

describe('closing', () => {
  it('lets the request under way end, and takes no new ones', async () => {
    const plane = await startPlane()
    const headers = { ...json, 'Content-Length': 2, Connection: 'keep-alive' }
    const socket = connect(plane.port, '127.0.0.1', () => {
      socket.write(raw(`POST ${bulkPath}/plain HTTP/1.1`, headers, '{'))
    })
    const closed = new Promise<void>((resolve, reject) => {
      plane.server.once('request', () => {
        plane.close(10_000).then(resolve, reject)
        socket.write('}')
      })
    })
    const answer = parseAnswer(await textOf(socket))
    await closed
    expect([answer.status, answer.headers['connection']]).toEqual([200, 'close'])
    await expect(post(plane, bulkPath)).rejects.toThrow('fetch failed')
  })

  it('closes idle connections at once', async () => {
    const plane = await startPlane()
    await post(plane, bulkPath)
    const startedAtMs = performance.now()
    await plane.close(10_000)
    expect(performance.now() - startedAtMs).toBeLessThan(5_000)
  })

  it('cuts what takes longer than the deadline', async () => {
    const plane = await startPlane()
    const answer = converse(plane.port, raw(`POST ${bulkPath} HTTP/1.1`, { ...json, 'Content-Length': 2 }, '{'))
    await new Promise((resolve) => {
      plane.server.once('request', resolve)
    })
    await plane.close(50)
    expect(await answer).toBe('')
  })
})
