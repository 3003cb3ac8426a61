import { afterEach, describe, expect, it } from 'vitest'
import {
  condition,
  conditionalEntry,
  flagEntry,
  message,
  payload,
  segmentEntry,
} from '../../../../engine/test/vendors/featbit/documents.js'
import { dataSync, type Entities, type FakeFeatBit, type StreamFault } from '../../../../test/upstreams/fake-featbit.js'
import { eventually, run, startFake, stopAll, type Running } from './running.js'

afterEach(stopAll)

/** A flag that says `no` to everybody, changed in that month. */
const switchedOff = (month: number) => flagEntry({ isEnabled: false, updatedAt: `2026-${month}-01T00:00:00Z` })
const onlyFlag: Entities = { featureFlags: [flagEntry()], segments: [] }
const inSegment = (id: string, members = {}) =>
  conditionalEntry([condition('User is in segment', null, JSON.stringify([id]))], { key: 'g', ...members })

const everything = { messageType: 'data-sync', data: { timestamp: 0 } }

async function start(
  entities: Entities = onlyFlag,
  options: Parameters<typeof run>[1] = {},
): Promise<{ fake: FakeFeatBit; running: Running }> {
  const fake = await startFake(entities)
  const running = run(fake, options)
  await eventually(() => running.environment.served).not.toBeNull()
  return { fake, running }
}

describe('the WebSocket of FeatBit', () => {
  it('is opened as a server SDK opens it, with a token of its own each time', async () => {
    const { fake, running } = await start()
    fake.connections[0]?.close(1001)
    await eventually(() => fake.connections.length).toBe(2)
    const urls = fake.connections.map(({ path }) => new URL(path, fake.baseUrl))
    expect(urls.map(({ pathname }) => pathname)).toEqual(['/streaming', '/streaming'])
    expect(urls.map(({ searchParams }) => searchParams.get('type'))).toEqual(['server', 'server'])
    const [first, second] = urls.map(({ searchParams }) => searchParams.get('token'))
    expect(first).toHaveLength(62)
    expect(second).not.toBe(first)
    expect(fake.connections[0]?.messages[0]).toEqual(everything)
    expect(fake.connections[0]?.headers).not.toHaveProperty('authorization')
    expect(running.environment.status()).toMatchObject({ vendor: 'featbit', upstream: `${fake.baseUrl}/streaming` })
  })

  it('carries the configured headers', async () => {
    const { fake } = await start(onlyFlag, { headers: { 'x-gateway': 'pass' } })
    expect(fake.connections[0]?.headers['x-gateway']).toBe('pass')
  })

  it('brings everything, then each change of a flag and of a segment', async () => {
    const { fake, running } = await start({
      featureFlags: [flagEntry(), inSegment('s')],
      segments: [segmentEntry({ included: ['u'] })],
    })
    expect([running.value('f'), running.value('g')]).toEqual([true, true])
    fake.change({ featureFlags: [switchedOff(10)] })
    await eventually(() => running.value('f')).toBe(false)
    fake.change({ segments: [segmentEntry({ updatedAt: '2026-11-01T00:00:00Z' })] })
    await eventually(() => running.value('g')).toBe(false)
    expect(running.value('f')).toBe(false)
    expect(running.failures).toEqual([])
    expect(fake.requests).toEqual([])
  })

  it('is tested with a ping, and each pong confirms what is served', async () => {
    const { fake, running } = await start()
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(fake.connections[0]?.messages).toContainEqual({ messageType: 'ping', data: null })
    expect(running.environment.activity.fetches).toMatchObject({ document: 1, refused: 0, failed: 0 })
    expect(fake.connections).toHaveLength(1)
  })

  it('ignores what is no data', async () => {
    const { fake, running } = await start()
    const [connection] = fake.connections
    for (const text of [
      '{"messageType":"echo","data":{}}',
      '{"messageType":"banner","data":{"featureFlags":[],"segments":[]}}',
      '{}',
      '[]',
      '"text"',
      'null',
    ]) {
      connection?.send(text)
    }
    fake.change({ featureFlags: [switchedOff(10)] })
    await eventually(() => running.value('f')).toBe(false)
    expect(running.failures).toEqual([])
    expect(fake.connections).toHaveLength(1)
  })

  it('is closed with a goodbye when the relay stops', async () => {
    const { fake, running } = await start()
    await running.stop()
    expect(fake.connections[0]?.closeCode).toBe(1000)
    expect(fake.connections).toHaveLength(1)
  })

  it.each<StreamFault>([
    { kind: 'hang' },
    { kind: 'mute' },
    { kind: 'status', status: 503 },
    { kind: 'close', code: 4003 },
  ])('leaves nothing behind when the relay stops in the middle: $kind', async (fault) => {
    const fake = await startFake(onlyFlag)
    fake.streamFault = fault
    fake.fault = { kind: 'delay', ms: 10_000 }
    const running = run(fake)
    await eventually(() => fake.connections.length).toBeGreaterThan(0)
    await running.stop()
    // One that was under way may still arrive; it is closed, and none comes after it.
    const isQuiet = async (): Promise<boolean> => {
      const { length } = fake.connections
      await new Promise((resolve) => setTimeout(resolve, 50))
      return fake.connections.length === length && !fake.connections.some(({ isOpen }) => isOpen)
    }
    await eventually(isQuiet).toBe(true)
  })
})

describe('archived, deleted and shared', () => {
  it('an archived flag is not found, and may come back', async () => {
    const { fake, running } = await start()
    fake.change({ featureFlags: [flagEntry({ isArchived: true, updatedAt: '2026-10-01T00:00:00Z' })] })
    await eventually(() => running.value('f')).toBeUndefined()
    fake.change({ featureFlags: [flagEntry({ updatedAt: '2026-11-01T00:00:00Z' })] })
    await eventually(() => running.value('f')).toBe(true)
  })

  it('a deletion, which is not announced, is seen when everything is asked for again', async () => {
    const { fake, running } = await start(
      { featureFlags: [flagEntry(), flagEntry({ key: 'other' })], segments: [] },
      { fullSyncIntervalMs: 100 },
    )
    fake.publish(onlyFlag)
    await eventually(() => running.environment.served?.snapshot.flagKeys).toEqual(['f'])
    expect(fake.connections).toHaveLength(1)
  })

  it('everything may be gone', async () => {
    const { fake, running } = await start()
    fake.connections[0]?.send(dataSync('full', { featureFlags: [], segments: [] }))
    await eventually(() => running.environment.served?.snapshot.flagKeys).toEqual([])
  })

  it('a segment that was shared silently is asked for when a flag comes that needs it', async () => {
    const { fake, running } = await start(
      { featureFlags: [flagEntry(), inSegment('s')], segments: [segmentEntry()] },
      { pingIntervalMs: 60_000 },
    )
    // Old enough to be skipped by whoever asks for changes only.
    const shared = segmentEntry({ id: 'shared', included: ['u'], updatedAt: '2020-01-01T00:00:00Z' })
    fake.publish({ featureFlags: [flagEntry(), inSegment('s')], segments: [segmentEntry(), shared] })
    fake.change({ featureFlags: [inSegment('shared', { updatedAt: '2026-10-01T00:00:00Z' })] })
    await eventually(() => running.value('g')).toBe(true)
    expect(fake.connections).toHaveLength(1)
    expect(fake.connections[0]?.messages.filter((one) => isDeepEqual(one, everything))).toHaveLength(2)
  })

  it('a segment that is nowhere is asked for once', async () => {
    const { fake, running } = await start()
    fake.change({ featureFlags: [inSegment('nowhere', { updatedAt: '2026-10-01T00:00:00Z' })] })
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(fake.connections[0]?.messages.filter((one) => isDeepEqual(one, everything))).toHaveLength(2)
  })
})

describe('a patch that comes before everything', () => {
  it('makes the source ask for everything, and counts although everything is older', async () => {
    const fake = await startFake(onlyFlag)
    fake.streamFault = { kind: 'mute' }
    const running = run(fake, { timeoutMs: 5_000, pingIntervalMs: 5_000 })
    await eventually(() => fake.connections[0]?.messages).toEqual([everything])
    fake.connections[0]?.send(dataSync('patch', { featureFlags: [switchedOff(10)], segments: [] }))
    await eventually(() => fake.connections[0]?.messages).toEqual([everything, everything])
    expect(running.environment.served).toBeNull()
    fake.connections[0]?.send(dataSync('full', onlyFlag))
    await eventually(() => running.value('f')).toBe(false)
    expect(running.failures).toEqual([])
  })

  it('counts too while everything is asked for again', async () => {
    const { fake, running } = await start(onlyFlag, { timeoutMs: 5_000, fullSyncIntervalMs: 60 })
    const asked = () => fake.connections[0]?.messages.filter((one) => isDeepEqual(one, everything)).length
    await eventually(asked).toBeGreaterThan(1)
    fake.streamFault = { kind: 'mute' }
    const before = asked() ?? 0
    // A word now and then keeps the line open while nothing is answered.
    await eventually(() => {
      fake.connections[0]?.send('{"messageType":"pong","data":{}}')
      return asked()
    }).toBeGreaterThan(before)
    fake.connections[0]?.send(dataSync('patch', { featureFlags: [switchedOff(10)], segments: [] }))
    await eventually(() => running.value('f')).toBe(false)
    fake.connections[0]?.send(dataSync('full', onlyFlag))
    fake.connections[0]?.send(dataSync('patch', { featureFlags: [flagEntry({ key: 'later' })], segments: [] }))
    await eventually(() => running.value('later')).toBe(true)
    expect(running.value('f')).toBe(false)
  })

  it('never grows past the longest document', async () => {
    const fake = await startFake(onlyFlag)
    fake.streamFault = { kind: 'mute' }
    const running = run(fake, { timeoutMs: 5_000, pingIntervalMs: 5_000, maxDocumentBytes: 4_096 })
    await eventually(() => fake.connections[0]?.isOpen).toBe(true)
    for (let index = 0; index < 10; index += 1) {
      fake.connections[0]?.send(dataSync('patch', { featureFlags: [flagEntry({ key: `f${index}` })], segments: [] }))
    }
    await eventually(() => running.failures[0]?.code).toBe('UPSTREAM_TOO_LARGE')
  })
})

function isDeepEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

describe('whatever comes by the WebSocket that is wrong', () => {
  const rows: readonly { readonly name: string; readonly text: string; readonly code: string }[] = [
    { name: 'no JSON', text: '{"messageType":"data-sync",', code: 'UPSTREAM_MALFORMED' },
    { name: 'nothing', text: '', code: 'UPSTREAM_MALFORMED' },
    { name: 'a page', text: '<html>', code: 'UPSTREAM_MALFORMED' },
    {
      name: 'half a patch',
      text: JSON.stringify(message({ eventType: 'patch', featureFlags: [] })),
      code: 'UPSTREAM_MALFORMED',
    },
    {
      name: 'half of everything',
      text: JSON.stringify(message({ eventType: 'full', featureFlags: [] })),
      code: 'DOCUMENT_INVALID',
    },
    {
      name: 'everything of another kind',
      text: JSON.stringify(message({ ...payload([]), eventType: 'rp_full' })),
      code: 'DOCUMENT_INVALID',
    },
    { name: 'data that are none', text: '{"messageType":"data-sync","data":null}', code: 'DOCUMENT_INVALID' },
    { name: 'too long a message', text: `"${'x'.repeat(1024 * 1024)}"`, code: 'UPSTREAM_TOO_LARGE' },
  ]

  it.each(rows)('keeps what is served and asks for everything again: $name', async ({ text, code }) => {
    const { fake, running } = await start()
    fake.publish({ featureFlags: [switchedOff(10)], segments: [] })
    fake.connections[0]?.send(text)
    await eventually(() => running.environment.status().lastError?.code).toBe(code)
    await eventually(() => running.value('f')).toBe(false)
    await eventually(() => running.environment.status().state).toBe('fresh')
    expect(running.environment.activity.fetches).toMatchObject(
      code === 'DOCUMENT_INVALID' ? { refused: 1, failed: 0 } : { refused: 0, failed: 1 },
    )
  })

  it.each(rows)('serves on while nothing else comes: $name', async ({ text, code }) => {
    const { fake, running } = await start(onlyFlag, { pollIntervalMs: 60_000 })
    fake.fault = { kind: 'status', status: 500 }
    fake.streamFault = { kind: 'answer', text }
    fake.connections[0]?.send(text)
    await eventually(() => fake.connections.length).toBeGreaterThan(2)
    expect(running.value('f')).toBe(true)
    expect(running.environment.status().state).toMatch(/^(stale|degraded)$/)
    expect([...refusals(running), ...running.failures.map((failure) => failure.code)][0]).toBe(code)
  })

  it('spoils one flag only, where one flag is wrong', async () => {
    const { fake, running } = await start({ featureFlags: [flagEntry(), flagEntry({ key: 'other' })], segments: [] })
    fake.change({ featureFlags: [flagEntry({ rules: 'none', updatedAt: '2026-10-01T00:00:00Z' })] })
    await eventually(() => running.value('f')).toBeUndefined()
    expect(running.value('other')).toBe(true)
    expect(running.environment.status().diagnostics).toMatchObject([{ code: 'INVALID_FLAG' }])
  })
})

/** What the environment itself has found fault with. */
function refusals({ environment }: Running): string[] {
  return environment.activity.fetches.refused > 0 ? ['DOCUMENT_INVALID'] : []
}
