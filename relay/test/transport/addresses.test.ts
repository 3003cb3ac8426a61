/** Who may ask, by address: over real connections from several addresses of this machine. */
import { request, type IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { accessKey } from '../../src/config/access-key.js'
import { createManagementServer } from '../../src/management/server.js'
import { createLiveFilter } from '../../src/transport/address-filter.js'
import { addressOf } from '../../src/listen.js'
import { clientKey, serverKey, startPlane, type TestPlane } from '../http/plane.js'
import { readStream } from '../http/read-stream.js'

interface From {
  /** The address that the connection comes from. */
  readonly localAddress?: string
  /** `X-Forwarded-For`; several are several headers. */
  readonly forwarded?: string | readonly string[]
}

interface Row extends From {
  readonly name: string
  readonly allowed: readonly string[]
  readonly trusted?: readonly string[]
  readonly status: number
}

function ask(
  url: string,
  { localAddress = '127.0.0.1', forwarded }: From,
  path = '/healthz',
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded as string | string[] }
    const family = localAddress.includes(':') ? 6 : 4
    const asked = request(new URL(path, url), { localAddress, family, headers, agent: false }, resolve)
    asked.on('error', reject).end()
  })
}

async function statusOf(url: string, from: From, path?: string): Promise<number> {
  const response = await ask(url, from, path)
  response.resume()
  return response.statusCode ?? 0
}

const proxies = ['127.0.0.1', '10.9.0.0/16']

const rows: readonly Row[] = [
  { name: 'nobody is named', allowed: [], status: 200 },
  { name: 'the address itself', allowed: ['127.0.0.1'], status: 200 },
  { name: 'the range around it', allowed: ['127.0.0.0/8'], status: 200 },
  { name: 'a range with bits behind its prefix', allowed: ['127.1.2.3/8'], status: 200 },
  { name: 'another address', allowed: ['127.0.0.1'], localAddress: '127.0.0.2', status: 403 },
  { name: 'another range', allowed: ['10.0.0.0/8', '2001:db8::/32'], status: 403 },
  { name: 'all of IPv6 and IPv4 asks', allowed: ['::/0'], status: 403 },
  { name: 'the header of somebody who is no proxy', allowed: ['10.0.0.1'], forwarded: '10.0.0.1', status: 403 },
  {
    name: 'the header of a proxy that is trusted',
    allowed: ['192.0.2.7'],
    trusted: proxies,
    forwarded: '192.0.2.7',
    status: 200,
  },
  { name: 'a proxy that names nobody', allowed: ['127.0.0.1'], trusted: proxies, status: 200 },
  { name: 'a proxy for somebody else', allowed: ['127.0.0.1'], trusted: proxies, forwarded: '192.0.2.7', status: 403 },
  {
    name: 'several proxies, all trusted',
    allowed: ['192.0.2.7'],
    trusted: proxies,
    forwarded: '192.0.2.7, 10.9.0.3,10.9.1.1',
    status: 200,
  },
  {
    name: 'an address that the client has written itself',
    allowed: ['192.0.2.7'],
    trusted: proxies,
    forwarded: '192.0.2.7, 198.51.100.1, 10.9.0.3',
    status: 403,
  },
  {
    name: 'several headers, which are one',
    allowed: ['192.0.2.7'],
    trusted: proxies,
    forwarded: ['192.0.2.7', '10.9.0.3'],
    status: 200,
  },
  { name: 'an address with a port', allowed: ['192.0.2.7'], trusted: proxies, forwarded: '192.0.2.7:443', status: 200 },
  {
    name: 'IPv6 in brackets with a port',
    allowed: ['2001:db8::/32'],
    trusted: proxies,
    forwarded: '[2001:db8::7]:443',
    status: 200,
  },
  {
    name: 'IPv6 written at length',
    allowed: ['2001:db8::7'],
    trusted: proxies,
    forwarded: '2001:0db8:0:0::7',
    status: 200,
  },
  {
    name: 'IPv4 in the clothes of IPv6',
    allowed: ['192.0.2.0/24'],
    trusted: proxies,
    forwarded: '::ffff:c000:207',
    status: 200,
  },
  { name: 'something that is no address', allowed: ['0.0.0.0/0'], trusted: proxies, forwarded: 'unknown', status: 403 },
  {
    name: 'nothing between two commas',
    allowed: ['0.0.0.0/0'],
    trusted: proxies,
    forwarded: '192.0.2.7,,',
    status: 403,
  },
  {
    name: 'more proxies than anybody has',
    allowed: ['0.0.0.0/0'],
    trusted: proxies,
    forwarded: Array.from({ length: 40 }, () => '10.9.0.3').join(),
    status: 403,
  },
]

describe('the data plane', () => {
  it.each(rows)('answers $status: $name', async ({ allowed, trusted = [], status, ...from }) => {
    const plane = await startPlane({ limits: { allowedAddresses: allowed, trustedProxies: trusted } })
    expect(await statusOf(plane.url, from)).toBe(status)
    expect(plane.refusals.read().address).toBe(status === 403 ? 1 : 0)
  })

  it('tells who is refused nothing but that, whatever was asked and with whichever key', async () => {
    const plane = await startPlane({ limits: { allowedAddresses: ['10.0.0.1'] } })
    const answers = ['/healthz', '/nothing', '/switchyard/v1/ruleset'].map(async (path) => {
      const headers = { authorization: `Bearer ${serverKey}` }
      const answer = await fetch(plane.url + path, { headers })
      return `${answer.status} ${await answer.text()}`
    })
    const refusal = '403 {"errorCode":"GENERAL","errorDetails":"nobody may ask from this address"}'
    expect(new Set(await Promise.all(answers))).toEqual(new Set([refusal]))
    expect(plane.observed).toEqual(['other GET 403', 'other GET 403', 'other GET 403'])
  })

  it('decides for IPv4 on a socket of IPv6 by the IPv4 address', async () => {
    const plane = await startPlane({ limits: { allowedAddresses: ['127.0.0.1'] } })
    const dual = await startPlane({ limits: { allowedAddresses: ['127.0.0.0/8'] } })
    await new Promise((resolve) => dual.server.close(resolve))
    await new Promise<void>((resolve) => dual.server.listen({ port: 0, host: '::' }, resolve))
    const { port } = addressOf(dual.server)
    expect(await statusOf(`http://127.0.0.1:${port}`, {})).toBe(200)
    expect(await statusOf(`http://[::1]:${port}`, { localAddress: '::1' })).toBe(403)
    expect(await statusOf(plane.url, {})).toBe(200)
  })

  it('takes other addresses at once: on connections that are open, and streams end whose readers may not ask any more', async () => {
    const plane = await startPlane({ limits: { allowedAddresses: ['127.0.0.1'] } })
    const stream = await readStream(`${plane.url}/ofrep/v1/events`, { authorization: `Bearer ${serverKey}` })
    const other = await readStream(`${plane.url}/ofrep/v1/events`, { authorization: `Bearer ${clientKey}` })
    serve(plane, ['127.0.0.0/8'])
    expect([stream.isEnded(), other.isEnded(), await statusOf(plane.url, { localAddress: '127.0.0.2' })]).toEqual([
      false,
      false,
      200,
    ])
    serve(plane, ['127.0.0.2'])
    await expect.poll(() => [stream.isEnded(), other.isEnded()]).toEqual([true, true])
    expect([await statusOf(plane.url, {}), await statusOf(plane.url, { localAddress: '127.0.0.2' })]).toEqual([
      403, 200,
    ])
  })
})

/** As a reload does. */
function serve(plane: TestPlane, allowedAddresses: readonly string[]): void {
  plane.serve([{ environment: plane.shop, serverKeys: [accessKey(serverKey)], clientKeys: [accessKey(clientKey)] }], {
    allowedAddresses,
  })
}

describe('the management plane', () => {
  it('refuses other addresses on all of its paths, and takes other settings at once', async () => {
    let settings = { allowedAddresses: ['127.0.0.1'], trustedProxies: [] as string[] }
    let refused = 0
    const server = createManagementServer({
      isExposed: false,
      isHostAllowed: () => true,
      addresses: createLiveFilter(() => settings),
      refused: () => (refused += 1),
      status: { version: '1', startedAtMs: 0, now: () => 0, environments: [], isDraining: () => false } as never,
      metrics: () => Promise.reject(new Error('no metrics here')),
      logger: null as never,
    })
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { url } = addressOf(server)
    const from = { localAddress: '127.0.0.2' }
    expect(await statusOf(url, {}, '/livez')).toBe(200)
    expect([await statusOf(url, from, '/livez'), await statusOf(url, from, '/status')]).toEqual([403, 403])
    expect(refused).toBe(2)
    settings = { ...settings, trustedProxies: ['127.0.0.2'] }
    expect(await statusOf(url, { ...from, forwarded: '127.0.0.1' }, '/livez')).toBe(200)
    expect(await statusOf(url, { ...from, forwarded: '10.0.0.1' }, '/livez')).toBe(403)
  })
})
