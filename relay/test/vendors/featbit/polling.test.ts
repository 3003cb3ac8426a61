import { afterEach, describe, expect, it } from 'vitest'
import {
  condition,
  conditionalEntry,
  flagEntry,
  segmentEntry,
} from '../../../../engine/test/vendors/featbit/documents.js'
import { dataSync, type Entities, type FakeFeatBit } from '../../../../test/upstreams/fake-featbit.js'
import type { Fault } from '../../../../test/upstreams/faults.js'
import { eventually, run, startFake, stopAll, type Running } from './running.js'

afterEach(stopAll)

const on: Entities = { featureFlags: [flagEntry()], segments: [] }
const switchedOff = flagEntry({ isEnabled: false, updatedAt: '2026-10-01T00:00:00Z' })
const off: Entities = { featureFlags: [switchedOff], segments: [] }
/** When `on` was changed, in milliseconds. */
const version = Date.parse('2026-01-05T08:00:00Z')

async function start(
  entities: Entities = on,
  options: Parameters<typeof run>[1] = {},
): Promise<{ fake: FakeFeatBit; running: Running }> {
  const fake = await startFake(entities)
  const running = run(fake, { streaming: false, ...options })
  await eventually(() => running.environment.served).not.toBeNull()
  return { fake, running }
}

const paths = ({ requests }: FakeFeatBit): string[] =>
  requests.map(({ path }) => path.replace('/api/public/sdk/server/latest-all?timestamp=', ''))
const codes = ({ failures }: Running): string[] => failures.map(({ code }) => code)

describe('FeatBit without a WebSocket', () => {
  it('is asked for everything, then for what has changed', async () => {
    const { fake, running } = await start()
    expect(running.environment.status().upstream).toBe(`${fake.baseUrl}/api/public/sdk/server/latest-all`)
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(2)
    expect(paths(fake).slice(0, 3)).toEqual(['0', String(version), String(version)])
    fake.change({ featureFlags: [switchedOff, flagEntry({ key: 'new', updatedAt: '2026-10-01T00:00:00.5Z' })] })
    await eventually(() => running.value('f')).toBe(false)
    expect(running.value('new')).toBe(true)
    await eventually(() => paths(fake).at(-1)).toBe(String(Date.parse('2026-10-01T00:00:00.5Z')))
    expect(running.environment.activity.fetches).toMatchObject({ document: 2, refused: 0, failed: 0 })
    expect(fake.connections).toEqual([])
  })

  it('gets the secret with each request, and no validator, whatever its answers carry', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'status', status: 200, headers: { etag: 'W/"abc"' }, body: dataSync('full', on) }
    const { length } = fake.requests
    await eventually(() => fake.requests.length).toBeGreaterThan(length + 3)
    expect(fake.requests.map(({ headers }) => headers.authorization)).toEqual(
      fake.requests.map(() => fake.serverSecret),
    )
    expect(fake.requests.some(({ headers }) => 'if-none-match' in headers)).toBe(false)
    expect(codes(running)).toEqual([])
  })

  it('may answer with everything each time, as it did before version 3.3', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'status', status: 200, body: dataSync('full', off) }
    await eventually(() => running.value('f')).toBe(false)
  })

  it('is asked for everything again after a while, and a deletion is seen', async () => {
    const both = { featureFlags: [flagEntry(), flagEntry({ key: 'other' })], segments: [] }
    const { fake, running } = await start(both, { fullSyncIntervalMs: 100 })
    fake.publish(on)
    await eventually(() => running.environment.served?.snapshot.flagKeys).toEqual(['f'])
    expect(paths(fake).filter((since) => since === '0').length).toBeGreaterThan(1)
  })

  it('is asked for everything at once when a change needs a segment that is not there', async () => {
    const { fake, running } = await start(on, { pollIntervalMs: 2_000 })
    const shared = segmentEntry({ id: 'shared', included: ['u'], updatedAt: '2020-01-01T00:00:00Z' })
    const asking = conditionalEntry([condition('User is in segment', null, '["shared"]')], {
      updatedAt: '2026-10-01T00:00:00Z',
    })
    fake.publish({ featureFlags: [asking], segments: [shared] })
    await eventually(() => running.environment.status().diagnostics).toEqual([])
    await eventually(() => paths(fake).length).toBeGreaterThan(1)
    const askedMs = performance.now()
    await eventually(() => paths(fake)).toEqual(['0', String(version), '0'])
    expect(performance.now() - askedMs).toBeLessThan(1_000)
    await eventually(() => running.value('f')).toBe(true)
  })

  it('is asked again at its pace where the segment is nowhere', async () => {
    const asking = conditionalEntry([condition('User is in segment', null, '["nowhere"]')], {
      updatedAt: '2026-10-01T00:00:00Z',
    })
    const { fake, running } = await start()
    fake.publish({ featureFlags: [asking], segments: [] })
    await eventually(() => running.environment.status().diagnostics.length).toBe(1)
    const confirmed = running.environment.activity.fetches.unchanged
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(confirmed + 3)
    expect(paths(fake).filter((since) => since === '0')).toHaveLength(2)
  })

  it('is never asked at once again by an answer to the question for everything', async () => {
    const { fake } = await start(on, { pollIntervalMs: 500 })
    const undated = conditionalEntry([condition('User is in segment', null, '["nowhere"]')], { updatedAt: null })
    fake.fault = { kind: 'body', body: dataSync('patch', { featureFlags: [undated], segments: [] }) }
    await eventually(() => paths(fake)).toEqual(['0', String(version), '0'])
    const askedMs = performance.now()
    await eventually(() => paths(fake).length).toBe(4)
    expect(performance.now() - askedMs).toBeGreaterThan(250)
  })

  it('is asked for everything until it is an environment again, though nothing has changed', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'body', body: '{}' }
    await eventually(() => running.environment.status().lastError?.code).toBe('DOCUMENT_INVALID')
    fake.fault = null
    await eventually(() => running.environment.status().state).toBe('fresh')
  })

  it.each<[string, Fault, string]>([
    ['a refused secret', { kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED'],
    ['a forbidden secret', { kind: 'status', status: 403 }, 'UPSTREAM_UNAUTHORIZED'],
    ['an address where nothing is', { kind: 'status', status: 404 }, 'UPSTREAM_NOT_FOUND'],
    ['a server error', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS'],
    ['too many requests', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 'UPSTREAM_RATE_LIMITED'],
    ['headers that come too late', { kind: 'delay', ms: 2_000 }, 'UPSTREAM_TIMEOUT'],
    ['a body that drips', { kind: 'drip', everyMs: 50 }, 'UPSTREAM_TIMEOUT'],
    ['a body that is cut', { kind: 'cut', afterBytes: 10 }, 'UPSTREAM_UNREACHABLE'],
    ['JSON that ends in the middle', { kind: 'truncated' }, 'UPSTREAM_MALFORMED'],
    ['a page instead of JSON', { kind: 'body', body: '<html>', contentType: 'text/html' }, 'UPSTREAM_MALFORMED'],
    ['JSON that is no object', { kind: 'body', body: '[]' }, 'UPSTREAM_MALFORMED'],
    ['half a patch', { kind: 'body', body: '{"eventType":"patch","segments":[]}' }, 'UPSTREAM_MALFORMED'],
    ['a redirect to another origin', { kind: 'redirect', to: 'http://127.0.0.1:1/' }, 'UPSTREAM_REDIRECT'],
    ['a gzip bomb', { kind: 'gzipBomb', bytes: 64 * 1024 * 1024 }, 'UPSTREAM_TOO_LARGE'],
    ['JSON of another kind', { kind: 'body', body: '{"flags":{}}' }, 'DOCUMENT_INVALID'],
    ['half of everything', { kind: 'body', body: '{"eventType":"full","segments":[]}' }, 'DOCUMENT_INVALID'],
    ['an empty object', { kind: 'body', body: '{}' }, 'DOCUMENT_INVALID'],
  ])('may answer with %s: what is served stays, and is renewed later', async (_row, fault, code) => {
    const { fake, running } = await start()
    fake.fault = fault
    await eventually(() => running.environment.status().lastError?.code).toBe(code)
    expect(running.value('f')).toBe(true)
    expect(running.environment.status().state).toMatch(/^(stale|degraded)$/)
    fake.fault = null
    fake.publish(off)
    await eventually(() => running.value('f')).toBe(false)
    await eventually(() => running.environment.status().state).toBe('fresh')
  })

  it.each<[string, Fault]>([
    ['"not modified"', { kind: 'unaskedNotModified' }],
    ['an empty body', { kind: 'body', body: '' }],
    ['a patch', { kind: 'body', body: dataSync('patch', on) }],
  ])('may not answer %s when it is asked for everything', async (_row, fault) => {
    const fake = await startFake(on)
    fake.fault = fault
    const running = run(fake, { streaming: false })
    await eventually(() => codes(running)[0]).toBe('UPSTREAM_MALFORMED')
    expect(running.environment.served).toBeNull()
    fake.fault = null
    await eventually(() => running.value('f')).toBe(true)
  })

  it('may answer "not modified" to everything else', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'unaskedNotModified' }
    const confirmed = running.environment.activity.fetches.unchanged
    await eventually(() => running.environment.activity.fetches.unchanged).toBeGreaterThan(confirmed + 2)
    expect(codes(running)).toEqual([])
  })

  it('is left in peace as long as a 429 asks', async () => {
    const { fake, running } = await start()
    fake.fault = { kind: 'status', status: 429, headers: { 'retry-after': '600' } }
    await eventually(() => codes(running)).toEqual(['UPSTREAM_RATE_LIMITED'])
    const { length } = fake.requests
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(fake.requests).toHaveLength(length)
  })
})
