import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, createServer as createPlainServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { RelayError } from '../../../src/relay-error.js'
import { converse, type WebSocketOptions } from '../../../src/vendors/http/web-socket.js'

const tls = new URL('../../../../test/fixtures/tls/', import.meta.url)
const certificate = readFileSync(new URL('localhost.crt', tls), 'utf8')
const key = readFileSync(new URL('localhost.key', tls), 'utf8')

let closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.toReversed()) close()
  closing = []
})

async function listen(server: Server | ReturnType<typeof createPlainServer>): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** Says each message back. */
async function startEcho(scheme: 'ws' | 'wss'): Promise<URL> {
  const server = scheme === 'ws' ? createServer() : createSecureServer({ cert: certificate, key })
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('message', (data) => socket.send((data as Buffer).toString('utf8')))
    socket.on('error', () => undefined)
  })
  return new URL(`${scheme}://127.0.0.1:${await listen(server)}/`)
}

interface Proxy {
  /** Without its password. */
  readonly address: string
  readonly requests: { readonly authority: string | undefined; readonly authorization: string | undefined }[]
}

async function startProxy(scheme: 'http' | 'https', status = 200): Promise<Proxy> {
  const server = scheme === 'http' ? createServer() : createSecureServer({ cert: certificate, key })
  const requests: Proxy['requests'] = []
  server.on('connect', (request, socket) => {
    requests.push({ authority: request.url, authorization: request.headers['proxy-authorization'] })
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const [, port] = request.url?.split(':') ?? []
    const target = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(socket).pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  return { address: `${scheme}://127.0.0.1:${await listen(server)}`, requests }
}

/** Connects nobody, and resets what is said through it. */
async function startResettingProxy(): Promise<string> {
  const server = createServer()
  server.on('connect', (_request, socket) => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    socket.on('error', () => undefined)
    socket.once('data', () => (socket as Socket).resetAndDestroy())
  })
  return `http://127.0.0.1:${await listen(server)}`
}

/** Says `hello`, and returns the first thing that is said back. */
async function echo(url: URL, options: Partial<WebSocketOptions> = {}): Promise<string> {
  const abort = new AbortController()
  let heard = ''
  await converse(
    url,
    { headers: {}, connectTimeoutMs: 2_000, maxDocumentBytes: 1_024, ...options },
    {
      opened: (socket) => socket.send('hello'),
      message: (text) => {
        heard = text
        abort.abort()
      },
    },
    abort.signal,
  )
  return heard
}

async function failureOf(promise: Promise<unknown>): Promise<RelayError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof RelayError) return error
  throw new Error('it did not fail as the relay fails', { cause: error })
}

describe('a WebSocket to an upstream', () => {
  it.each(['ws', 'wss'] as const)('speaks %s', async (scheme) => {
    expect(await echo(await startEcho(scheme), { ca: certificate })).toBe('hello')
  })

  it('does not trust everybody', async () => {
    const { code, message } = await failureOf(echo(await startEcho('wss')))
    expect([code, message]).toEqual([
      'UPSTREAM_UNREACHABLE',
      'the upstream cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)',
    ])
  })

  it.each([
    { to: 'ws', through: 'http' },
    { to: 'wss', through: 'http' },
    { to: 'ws', through: 'https' },
    { to: 'wss', through: 'https' },
  ] as const)('speaks $to through a proxy that speaks $through', async ({ to, through }) => {
    const url = await startEcho(to)
    const proxy = await startProxy(through)
    const withPassword = proxy.address.replace('://', '://user:p%40ss@')
    expect(await echo(url, { ca: certificate, proxy: withPassword })).toBe('hello')
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(proxy.requests).toEqual([{ authority: url.host, authorization }])
  })

  it('names no credentials to a proxy where there are none', async () => {
    const url = await startEcho('ws')
    const proxy = await startProxy('http')
    expect(await echo(url, { proxy: proxy.address })).toBe('hello')
    expect(proxy.requests).toEqual([{ authority: url.host, authorization: undefined }])
  })

  it('fails where the proxy refuses', async () => {
    const proxy = await startProxy('http', 407)
    const { code, message } = await failureOf(echo(await startEcho('ws'), { proxy: proxy.address }))
    expect([code, message]).toEqual(['UPSTREAM_UNREACHABLE', 'the proxy answers with status 407'])
  })

  it('fails where nobody listens', async () => {
    const { code } = await failureOf(echo(new URL('ws://127.0.0.1:1/')))
    expect(code).toBe('UPSTREAM_UNREACHABLE')
  })

  it('trusts no certificate of another host', async () => {
    const url = await startEcho('wss')
    const proxy = await startProxy('http')
    const elsewhere = new URL(`wss://example.test:${url.port}/`)
    const { code, message } = await failureOf(echo(elsewhere, { ca: certificate, proxy: proxy.address }))
    expect([code, message]).toEqual([
      'UPSTREAM_UNREACHABLE',
      'the upstream cannot be reached (ERR_TLS_CERT_ALTNAME_INVALID)',
    ])
  })

  it.each([
    { name: 'a server', proxied: false, scheme: 'ws' },
    { name: 'a secure server', proxied: false, scheme: 'wss' },
    { name: 'a proxy', proxied: true, scheme: 'ws' },
  ])('waits no longer than allowed for $name that says nothing', async ({ proxied, scheme }) => {
    const port = await listen(createPlainServer())
    const url = new URL(`${scheme}://127.0.0.1:${port}/`)
    const silent = proxied ? { proxy: `http://127.0.0.1:${port}` } : {}
    const { code, message } = await failureOf(echo(url, { connectTimeoutMs: 100, ...silent }))
    expect([code, message]).toEqual(['UPSTREAM_TIMEOUT', 'the WebSocket was not open within 100 ms'])
  })

  it('waits no longer than allowed for TLS behind a proxy', async () => {
    const port = await listen(createPlainServer())
    const proxy = await startProxy('http')
    const url = new URL(`wss://127.0.0.1:${port}/`)
    const { code } = await failureOf(echo(url, { connectTimeoutMs: 200, proxy: proxy.address }))
    expect(code).toBe('UPSTREAM_TIMEOUT')
  })

  it.each([
    { name: 'a proxy before it answers', reset: 'proxy', scheme: 'ws' },
    { name: 'a server behind a proxy', reset: 'server', scheme: 'ws' },
    { name: 'a server behind a proxy, in the middle of TLS', reset: 'server', scheme: 'wss' },
  ])('fails, and nothing more, where the connection is reset by $name', async ({ reset, scheme }) => {
    const port = await listen(
      createPlainServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => socket.resetAndDestroy())
      }),
    )
    const proxy = reset === 'proxy' ? `http://127.0.0.1:${port}` : await startResettingProxy()
    const { code } = await failureOf(echo(new URL(`${scheme}://127.0.0.1:${port}/`), { proxy }))
    expect(code).toBe('UPSTREAM_UNREACHABLE')
  })

  it('stays open longer than opening may take', async () => {
    const url = await startEcho('ws')
    const abort = new AbortController()
    const heard: string[] = []
    let timer: NodeJS.Timeout | undefined
    await converse(
      url,
      { headers: {}, connectTimeoutMs: 100, maxDocumentBytes: 1_024 },
      {
        opened: (socket) => (timer = setInterval(() => socket.send('still here'), 60)),
        message: (text) => {
          if (heard.push(text) === 4) abort.abort()
        },
      },
      abort.signal,
    )
    clearInterval(timer)
    expect(heard).toHaveLength(4)
  })

  it('ends with what was thrown while a message was read', async () => {
    const thrown = new RelayError('UPSTREAM_MALFORMED', 'not what was expected', { retryable: true })
    const ended = converse(
      await startEcho('ws'),
      { headers: {}, connectTimeoutMs: 1_000, maxDocumentBytes: 1_024 },
      {
        opened: (socket) => socket.send('hello'),
        message: () => {
          throw thrown
        },
      },
      new AbortController().signal,
    )
    expect(await failureOf(ended)).toBe(thrown)
  })

  it('takes a broken frame for a breach of the protocol', async () => {
    const server = createServer()
    server.on('upgrade', (request, socket) => {
      new WebSocketServer({ noServer: true }).handleUpgrade(request, socket, Buffer.alloc(0), () => {
        // Reserved bits and an opcode that does not exist.
        socket.write(Buffer.from([0xff, 0xff]))
      })
    })
    const { code } = await failureOf(echo(new URL(`ws://127.0.0.1:${await listen(server)}/`)))
    expect(code).toBe('UPSTREAM_MALFORMED')
  })

  it('is not opened at all when it is no longer wanted', async () => {
    await converse(
      new URL('ws://127.0.0.1:1/'),
      { headers: {}, connectTimeoutMs: 1_000, maxDocumentBytes: 1_024 },
      { opened: () => undefined, message: () => undefined },
      AbortSignal.abort(),
    )
  })
})
