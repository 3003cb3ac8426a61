import { afterEach, describe, expect, it } from 'vitest'
import { flagEntry } from '../../../../engine/test/vendors/featbit/documents.js'
import type { Entities, FakeFeatBit, StreamFault } from '../../../../test/upstreams/fake-featbit.js'
import { eventually, run, startFake, stopAll, type Running } from './running.js'

afterEach(stopAll)

const on: Entities = { featureFlags: [flagEntry()], segments: [] }
const off: Entities = {
  featureFlags: [flagEntry({ isEnabled: false, updatedAt: '2026-10-01T00:00:00Z' })],
  segments: [],
}

async function start(options: Parameters<typeof run>[1] = {}): Promise<{ fake: FakeFeatBit; running: Running }> {
  const fake = await startFake(on)
  const running = run(fake, options)
  await eventually(() => running.value('f')).toBe(true)
  return { fake, running }
}

const codes = ({ failures }: Running): string[] => failures.map(({ code }) => code)
const confirmations = ({ environment }: Running): number => environment.activity.fetches.unchanged

describe('a WebSocket that is closed', () => {
  it.each([
    { name: 'by a server that stops', code: 1000, told: 'UPSTREAM_UNREACHABLE' },
    { name: 'by a proxy that goes away', code: 1001, told: 'UPSTREAM_UNREACHABLE' },
    { name: 'for a breach of the protocol', code: 1002, told: 'UPSTREAM_MALFORMED' },
    { name: 'for text that is none', code: 1007, told: 'UPSTREAM_MALFORMED' },
    { name: 'for a policy', code: 1008, told: 'UPSTREAM_STATUS' },
    { name: 'for want of its store', code: 1011, told: 'UPSTREAM_STATUS' },
    { name: 'to be started again', code: 1012, told: 'UPSTREAM_STATUS' },
    { name: 'to be tried later', code: 1013, told: 'UPSTREAM_STATUS' },
    { name: 'for a reason of its own', code: 4000, told: 'UPSTREAM_STATUS' },
  ])('$name ($code) is opened again, and everything comes anew', async ({ code, told }) => {
    const { fake, running } = await start()
    fake.publish(off)
    fake.connections[0]?.close(code)
    await eventually(() => running.value('f')).toBe(false)
    expect(codes(running)).toEqual([told])
    expect(running.failures[0]?.message).toContain(String(code))
    expect(running.environment.status().state).toBe('fresh')
    await eventually(() => fake.connections.length).toBe(2)
  })

  it('is opened again when it was cut without a goodbye', async () => {
    const { fake, running } = await start()
    fake.publish(off)
    fake.connections[0]?.cut()
    await eventually(() => running.value('f')).toBe(false)
    expect(codes(running)).toEqual(['UPSTREAM_UNREACHABLE'])
  })

  it('is opened again after pauses that double, of which chance decides how much is waited', async () => {
    const fake = await startFake(on)
    fake.streamFault = { kind: 'close', code: 1011 }
    const startedMs = performance.now()
    run(fake, { random: () => 0.02 })
    await eventually(() => fake.connections.length).toBe(5)
    expect(performance.now() - startedMs).toBeGreaterThan(20 + 40 + 80 + 160 - 5)
  })
})

describe('a secret that FeatBit refuses (4003)', () => {
  it('is told, is tried again, and is not taken to the polling endpoint, which would let it in', async () => {
    const { fake, running } = await start()
    fake.publish(off)
    fake.streamFault = { kind: 'close', code: 4003 }
    fake.connections[0]?.close(4003)
    await eventually(() => fake.connections.length).toBeGreaterThan(4)
    expect(new Set(codes(running))).toEqual(new Set(['UPSTREAM_UNAUTHORIZED']))
    expect(fake.requests).toEqual([])
    expect(running.value('f')).toBe(true)
    expect(running.environment.status().state).toMatch(/^(stale|degraded)$/)
    fake.streamFault = null
    await eventually(() => running.value('f')).toBe(false)
  })

  it('ends the polling that a WebSocket out of reach had begun', async () => {
    const { fake, running } = await start()
    fake.streamFault = { kind: 'status', status: 502 }
    fake.connections[0]?.cut()
    await eventually(() => fake.requests.length).toBeGreaterThan(2)
    fake.streamFault = { kind: 'close', code: 4003 }
    await eventually(() => codes(running)).toContain('UPSTREAM_UNAUTHORIZED')
    const { length } = fake.requests
    const { length: opened } = fake.connections
    await eventually(() => fake.connections.length).toBeGreaterThan(opened + 3)
    expect(fake.requests.length).toBeLessThanOrEqual(length + 1)
  })

  it('is a client key, or of another environment', async () => {
    const fake = await startFake(on)
    const running = run(fake, { serverSecret: fake.clientSecret })
    await eventually(() => fake.connections.length).toBeGreaterThan(1)
    expect(running.failures[0]).toMatchObject({ code: 'UPSTREAM_UNAUTHORIZED' })
    expect(running.environment.served).toBeNull()
  })
})

describe('clocks that differ', () => {
  it.each([
    { name: 'ahead of ours', clockAheadMs: 120_000 },
    { name: 'behind ours', clockAheadMs: -7_200_000 },
  ])("FeatBit's is $name: the second token has FeatBit's time", async ({ name, clockAheadMs }) => {
    const fake = await startFake(on)
    fake.clockAheadMs = clockAheadMs
    const running = run(fake)
    await eventually(() => running.value('f')).toBe(true)
    expect(codes(running)).toEqual(['UPSTREAM_UNAUTHORIZED'])
    expect(running.failures[0]?.message).toMatch(new RegExp(`its clock is \\d+ s ${name}$`))
    await eventually(() => fake.connections.length).toBe(2)

    // From then on at once, until the clocks agree again.
    await eventually(() => confirmations(running)).toBeGreaterThan(0)
    fake.connections[1]?.close(1001)
    const confirmed = confirmations(running)
    await eventually(() => confirmations(running)).toBeGreaterThan(confirmed)
    fake.clockAheadMs = 0
    fake.connections[2]?.close(1001)
    await eventually(() => fake.connections[4]?.messages.length).toBeGreaterThan(0)
    expect(codes(running).filter((code) => code === 'UPSTREAM_UNAUTHORIZED')).toHaveLength(2)
  })

  it('by less than a token may be old are no matter', async () => {
    const fake = await startFake(on)
    fake.clockAheadMs = 20_000
    const running = run(fake)
    await eventually(() => running.value('f')).toBe(true)
    expect(running.failures).toEqual([])
  })
})

describe('a WebSocket that falls silent', () => {
  it('is noticed, and another one is opened', async () => {
    const { fake, running } = await start()
    await eventually(() => confirmations(running)).toBeGreaterThan(0)
    fake.publish(off)
    fake.streamFault = { kind: 'mute' }
    await eventually(() => codes(running)).toEqual(['UPSTREAM_TIMEOUT'])
    expect(running.failures[0]?.message).toBe('the WebSocket was silent for 500 ms')
    fake.streamFault = null
    await eventually(() => running.value('f')).toBe(false)
    await eventually(() => running.environment.status().state).toBe('fresh')
  })

  it('before anything came is noticed too', async () => {
    const fake = await startFake(on)
    fake.streamFault = { kind: 'mute' }
    const running = run(fake, { pingIntervalMs: 5_000, timeoutMs: 100 })
    await eventually(() => codes(running)).toEqual(['UPSTREAM_TIMEOUT'])
    await eventually(() => running.value('f')).toBe(true)
    expect(fake.requests.length).toBeGreaterThan(0)
  })

  it('for what was asked for, but not for pings, is noticed too', async () => {
    const fake = await startFake(on)
    fake.streamFault = { kind: 'answer', text: '{"messageType":"banner","data":{}}' }
    const running = run(fake, { pingIntervalMs: 100, timeoutMs: 200 })
    await eventually(() => codes(running)).toEqual(['UPSTREAM_TIMEOUT'])
    expect(running.failures[0]?.message).toContain('did not come within 200 ms')
  })
})

const noWebSocket: readonly { readonly name: string; readonly fault: StreamFault; readonly told: string }[] = [
  { name: 'is refused with 401', fault: { kind: 'status', status: 401 }, told: 'UPSTREAM_UNAUTHORIZED' },
  { name: 'is not there', fault: { kind: 'status', status: 404 }, told: 'UPSTREAM_NOT_FOUND' },
  { name: 'is answered as an ordinary request', fault: { kind: 'status', status: 200 }, told: 'UPSTREAM_STATUS' },
  {
    name: 'is redirected',
    fault: { kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    told: 'UPSTREAM_REDIRECT',
  },
  { name: 'meets a gateway without a server', fault: { kind: 'status', status: 502 }, told: 'UPSTREAM_STATUS' },
  { name: 'is not answered', fault: { kind: 'hang' }, told: 'UPSTREAM_TIMEOUT' },
  { name: 'is closed at once', fault: { kind: 'close', code: 1011 }, told: 'UPSTREAM_STATUS' },
]

describe('while the WebSocket', () => {
  it.each(noWebSocket)('$name, FeatBit is polled, and no longer once it can be had', async ({ fault, told }) => {
    const fake = await startFake(on)
    fake.streamFault = fault
    const running = run(fake)
    await eventually(() => running.value('f')).toBe(true)
    expect(codes(running)).toEqual([told])
    fake.publish(off)
    await eventually(() => running.value('f')).toBe(false)
    expect(running.environment.status().state).toBe('fresh')

    const { length: tried } = fake.connections
    await eventually(() => fake.connections.length).toBeGreaterThan(tried)
    // That it still cannot be had is no news.
    expect(codes(running)).toEqual([told])

    fake.streamFault = null
    await eventually(() => fake.connections.at(-1)?.messages.length).toBeGreaterThan(1)
    const { length: polled } = fake.requests
    fake.change({ featureFlags: [flagEntry({ updatedAt: '2026-11-01T00:00:00Z' })] })
    await eventually(() => running.value('f')).toBe(true)
    const confirmed = confirmations(running)
    await eventually(() => confirmations(running)).toBeGreaterThan(confirmed + 1)
    expect(fake.requests).toHaveLength(polled)
  })

  it('and polling both fail, both are tried on, and what is served stays', async () => {
    const { fake, running } = await start()
    fake.streamFault = { kind: 'status', status: 503 }
    fake.fault = { kind: 'status', status: 401 }
    fake.connections[0]?.cut()
    await eventually(() => codes(running)).toContain('UPSTREAM_UNAUTHORIZED')
    const { length: tried } = fake.connections
    await eventually(() => fake.connections.length).toBeGreaterThan(tried + 2)
    expect(running.value('f')).toBe(true)
    expect(running.environment.status().state).toMatch(/^(stale|degraded)$/)
  })

  it('is asked for less often, it waits as long as it is told to', async () => {
    const { fake, running } = await start()
    await eventually(() => confirmations(running)).toBeGreaterThan(0)
    fake.streamFault = { kind: 'status', status: 429, headers: { 'retry-after': '600' } }
    fake.connections[0]?.cut()
    await eventually(() => codes(running)).toContain('UPSTREAM_RATE_LIMITED')
    const { length: polled } = fake.requests
    await eventually(() => fake.requests.length).toBeGreaterThan(polled + 3)
    await eventually(() => fake.connections.length).toBe(2)
  })

  it('works, a short interruption leads to no polling', async () => {
    const { fake, running } = await start()
    await eventually(() => confirmations(running)).toBeGreaterThan(0)
    fake.connections[0]?.close(1001)
    await eventually(() => fake.connections[1]?.messages.length).toBeGreaterThan(0)
    await eventually(() => running.environment.status().state).toBe('fresh')
    expect(fake.requests).toEqual([])
  })
})

describe('the secret and the token', () => {
  it('are in no failure and in no line of the log, whatever goes wrong', async () => {
    const { fake, running } = await start({ pingIntervalMs: 20, timeoutMs: 100, connectTimeoutMs: 100 })
    const faults: readonly StreamFault[] = [
      ...noWebSocket.map(({ fault }) => fault),
      { kind: 'close', code: 4003 },
      { kind: 'mute' },
      { kind: 'answer', text: '{' },
      { kind: 'answer', text: '{"messageType":"data-sync","data":1}' },
    ]
    fake.fault = { kind: 'status', status: 403 }
    for (const fault of faults) {
      fake.streamFault = fault
      const { length } = fake.connections
      fake.connections.at(-1)?.cut()
      await eventually(() => fake.connections.length).toBeGreaterThan(length + 1)
    }
    const tokens = fake.connections.map(({ path }) => new URL(path, fake.baseUrl).searchParams.get('token') ?? '?')
    const told = running.failures.map((error) => `${error.message} ${error.stack} ${String(error.cause)}`)
    const text = [...running.log, ...told, JSON.stringify(running.environment.status())].join('\n')
    expect(running.log.length).toBeGreaterThan(10)
    expect([fake.serverSecret, ...tokens].filter((one) => text.includes(one))).toEqual([])
  })
})
