import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bulkPath, clientKey, converse, flags, limits, post, serverKey, startPlane, type TestPlane } from '../plane.js'

/** A gate in the test's hands. */
function gateByHand(): { isShut: boolean; close(): void } {
  return { isShut: false, close: () => undefined }
}

const chance = {
  outcomes: [{ value: 'a', reason: 'SPLIT' as const }],
  decide: { rules: [{ when: ['lt', ['random'], 2] as const, then: 0 }] },
}

async function told(response: Response): Promise<unknown[]> {
  return [response.status, response.headers.get('retry-after'), await response.json()]
}

const bulk = (plane: TestPlane, context: object, headers: Record<string, string> = {}): Promise<Response> =>
  post(plane, bulkPath, { context }, headers)

const overloaded = {
  errorCode: 'GENERAL',
  errorDetails: 'the relay is overloaded: for now it gives only answers that it has made before',
}
const tooMany = { errorCode: 'GENERAL', errorDetails: 'too many evaluations with this key' }

describe('while the event loop is late', () => {
  it('fresh evaluations are refused, with a time to come back', async () => {
    const gate = { ...gateByHand(), isShut: true }
    const plane = await startPlane({ gate, random: () => 0.99 })
    expect(await told(await bulk(plane, { a: 1 }))).toEqual([503, '5', overloaded])
    expect(await told(await post(plane, `${bulkPath}/plain`))).toEqual([503, '5', { key: 'plain', ...overloaded }])
    expect(plane.refusals.read()).toMatchObject({ overload: 2, rate: 0 })
    expect(plane.shop.counted).toEqual([])
  })

  it('answers that clients have already, and answers that are kept, flow on', async () => {
    const gate = gateByHand()
    const plane = await startPlane({ gate })
    const first = await bulk(plane, { a: 1 })
    const [etag, body] = [first.headers.get('etag') ?? '', await first.text()]
    // Kept from the second time on.
    await (await bulk(plane, { a: 1 })).text()
    gate.isShut = true
    const again = await bulk(plane, { a: 1 }, { 'if-none-match': etag })
    expect(again.status).toBe(304)
    const kept = await bulk(plane, { a: 1 })
    expect([kept.status, await kept.text()]).toEqual([200, body])
    expect((await bulk(plane, { a: 2 }, { 'if-none-match': etag })).status).toBe(503)
    expect((await fetch(`${plane.url}/healthz`)).status).toBe(200)
  })

  it('who has what was served is told so, though it is not kept', async () => {
    const gate = gateByHand()
    const plane = await startPlane({ gate })
    const etag = (await bulk(plane, { a: 1 })).headers.get('etag') ?? ''
    gate.isShut = true
    expect((await bulk(plane, { a: 1 }, { 'if-none-match': etag })).status).toBe(304)
  })

  it('answers by chance are refused: none is kept', async () => {
    const gate = gateByHand()
    const plane = await startPlane({ gate })
    plane.shop.serve({ flags: { chance } })
    expect((await bulk(plane, {})).status).toBe(200)
    gate.isShut = true
    expect((await bulk(plane, {})).status).toBe(503)
  })
})

describe('a key', () => {
  it('has so many fresh evaluations at once, and then so many a second', async () => {
    let nowMs = 0
    const overload = { maxEventLoopDelayMs: 0, ratePerKey: 2, burstPerKey: 3 }
    const plane = await startPlane({ limits: { overload }, monotonicMs: () => nowMs })
    const statuses = [1, 2, 3].map(async (a) => (await bulk(plane, { a })).status)
    expect(await Promise.all(statuses)).toEqual([200, 200, 200])
    expect(await told(await bulk(plane, { a: 4 }))).toEqual([429, '1', tooMany])
    expect(await told(await post(plane, `${bulkPath}/plain`))).toEqual([429, '1', { key: 'plain', ...tooMany }])
    nowMs = 500
    expect((await bulk(plane, { a: 4 })).status).toBe(200)
    expect((await bulk(plane, { a: 5 })).status).toBe(429)
    expect(plane.refusals.read()).toMatchObject({ rate: 3, overload: 0 })
  })

  it('that asks too much takes nothing from another one, nor from what is known', async () => {
    const overload = { maxEventLoopDelayMs: 0, ratePerKey: 1, burstPerKey: 2 }
    const plane = await startPlane({ limits: { overload }, monotonicMs: () => 0 })
    const etag = (await bulk(plane, { a: 1 })).headers.get('etag') ?? ''
    await (await bulk(plane, { a: 1 })).text()
    expect((await bulk(plane, { a: 2 })).status).toBe(429)
    expect((await bulk(plane, { a: 1 })).status).toBe(200)
    expect((await bulk(plane, { a: 1 }, { 'if-none-match': etag })).status).toBe(304)
    expect((await bulk(plane, { a: 2 }, { authorization: `Bearer ${clientKey}` })).status).toBe(200)
  })
})

describe('the data plane', () => {
  it('closes connections beyond the most it may have, and keeps the others', async () => {
    const plane = await startPlane({ limits: { maxConnections: 2 } })
    const [first, second] = [connect(plane.port, '127.0.0.1'), connect(plane.port, '127.0.0.1')]
    const held = [first, second]
    onTestFinished(() => held.forEach((socket) => socket.destroy()))
    await Promise.all(held.map((socket) => once(socket, 'connect')))
    const further = connect(plane.port, '127.0.0.1').on('error', () => undefined)
    await new Promise((resolve) => further.on('close', resolve))
    expect(plane.refusals.read()).toMatchObject({ connections: 1 })
    first.write(`GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n`)
    expect(String((await once(first, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /)
  })

  it.each([
    ['too-large', 431, `GET / HTTP/1.1\r\nHost: relay\r\nX-Long: ${'x'.repeat(2_000)}\r\n\r\n`],
    ['too-slow', 408, 'GET / HTTP/1.1\r\nHost: relay\r\n'],
    ['not-http', 400, 'hello\r\n\r\n'],
  ])('counts what is %s, and answers %i', async (reason, status, text) => {
    const plane = await startPlane({ limits: { maxHeaderBytes: 1_024, headersTimeoutMs: 100, requestTimeoutMs: 100 } })
    expect(await converse(plane.port, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(plane.refusals.read()).toMatchObject({ [reason]: 1 })
  })

  it('counts bodies and streams that are too many', async () => {
    const plane = await startPlane({ limits: { ...limits, maxBodyBytes: 10 }, streams: { maxPerKey: 0 } })
    expect((await post(plane, bulkPath, { context: flags })).status).toBe(413)
    const stream = await fetch(`${plane.url}/ofrep/v1/events`, { headers: { authorization: `Bearer ${serverKey}` } })
    expect(stream.status).toBe(429)
    expect(plane.refusals.read()).toMatchObject({ 'too-large': 1, streams: 1 })
  })
})
