import { afterEach, describe, expect, it } from 'vitest'
import { createFlagsmithSource } from '../../../src/vendors/flagsmith/source.js'
import type { FlagsmithOptions } from '../../../src/vendors/flagsmith/options.js'
import type { RelayError } from '../../../src/relay-error.js'
import type { Fault } from '../../../../test/upstreams/faults.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../../../../test/upstreams/fake-flagsmith.js'

type Told = { readonly document: unknown } | 'unchanged' | { readonly failed: RelayError }

const document = (value: string, overrides = 0) => ({
  api_key: 'CLIENT',
  project: { segments: [] },
  feature_states: [{ value }],
  identity_overrides: Array.from({ length: overrides }, (_, i) => ({ identifier: `u${i}` })),
})

let stop: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const one of stop) await one()
  stop = []
})

async function start(
  first: object,
  options: Partial<FlagsmithOptions> = {},
): Promise<{ fake: FakeFlagsmith; told: Told[] }> {
  const fake = await startFakeFlagsmith(first)
  const told: Told[] = []
  const abort = new AbortController()
  const source = createFlagsmithSource({
    type: 'flagsmith',
    environmentKey: fake.environmentKey,
    baseUrl: fake.baseUrl,
    realtimeUrl: fake.realtimeUrl,
    realtime: false,
    serveDisabledValues: false,
    headers: {},
    connectTimeoutMs: 1_000,
    timeoutMs: 300,
    maxDocumentBytes: 1024 * 1024,
    pollIntervalMs: 20,
    random: () => 0,
    ...options,
  })
  const running = source.run(
    {
      document: (received) => told.push({ document: received }),
      unchanged: () => told.push('unchanged'),
      failed: (error) => told.push({ failed: error }),
    },
    abort.signal,
  )
  stop.push(async () => {
    abort.abort()
    await running
    await fake.close()
  })
  await expect.poll(() => told.length).toBeGreaterThan(0)
  return { fake, told }
}

const documents = (told: readonly Told[]): unknown[] =>
  told.flatMap((one) => (typeof one === 'object' && 'document' in one ? [one.document] : []))
const failures = (told: readonly Told[]): string[] =>
  told.flatMap((one) => (typeof one === 'object' && 'failed' in one ? [one.failed.code] : []))

describe('the Flagsmith source', () => {
  it('delivers the document once and says unchanged while it stays the same', async () => {
    const { fake, told } = await start(document('a'))
    await expect.poll(() => told.length).toBeGreaterThan(3)
    expect(told[0]).toEqual({ document: document('a') })
    expect(new Set(told.slice(1))).toEqual(new Set(['unchanged']))
    expect(fake.requests[0]?.headers).toMatchObject({ 'x-environment-key': 'ser.fake', 'accept-encoding': 'gzip' })
    expect(fake.requests[0]?.headers['if-modified-since']).toBeUndefined()
    expect(fake.requests[1]?.status()).toBe(304)
  })

  it('delivers the next document', async () => {
    const { fake, told } = await start(document('a'))
    fake.publish(document('b'))
    await expect.poll(() => documents(told)).toEqual([document('a'), document('b')])
  })

  it('asks without a condition now and then, so that a change without a new version is seen', async () => {
    const { fake, told } = await start(document('a'))
    fake.publish(document('b'), 'silently')
    await expect.poll(() => documents(told), { timeout: 5_000 }).toEqual([document('a'), document('b')])
    expect(fake.requests.length).toBeGreaterThanOrEqual(10)
  })

  it('collects the identity overrides of all pages', async () => {
    const fake = await startFakeFlagsmith(document('a', 25))
    fake.pageSize = 10
    const { told } = await start(document('a'), { baseUrl: fake.baseUrl })
    stop.push(() => fake.close())
    expect(documents(told)).toEqual([document('a', 25)])
    expect(fake.requests.slice(0, 3).map(({ path }) => path)).toEqual([
      '/api/v1/environment-document/',
      '/api/v1/environment-document/?page=1',
      '/api/v1/environment-document/?page=2',
    ])
  })

  it('never follows a page to another origin, where the key would be told', async () => {
    const elsewhere = await startFakeFlagsmith(document('x'))
    const fake = await startFakeFlagsmith(document('a', 25))
    fake.pageSize = 10
    fake.nextLink = `${elsewhere.baseUrl}/environment-document/?page=1`
    const { told } = await start(document('a'), { baseUrl: fake.baseUrl })
    stop.push(
      () => fake.close(),
      () => elsewhere.close(),
    )
    expect(failures(told)[0]).toBe('UPSTREAM_REDIRECT')
    expect(elsewhere.requests).toEqual([])
  })

  it('ends a chain of pages that leads back to itself', async () => {
    const fake = await startFakeFlagsmith(document('a', 25))
    fake.pageSize = 10
    fake.nextLink = '/api/v1/environment-document/?page=1'
    const { told } = await start(document('a'), { baseUrl: fake.baseUrl })
    stop.push(() => fake.close())
    expect(failures(told)[0]).toBe('UPSTREAM_MALFORMED')
  })

  it('looks at once when the event stream announces a change', async () => {
    const { fake, told } = await start(document('a'), { realtime: true, pollIntervalMs: 60_000 })
    await expect.poll(() => fake.streams()).toBe(1)
    fake.publish(document('b'))
    fake.announce()
    await expect.poll(() => documents(told)).toEqual([document('a'), document('b')])
    expect(fake.requests.some(({ path }) => path === '/sse/environments/CLIENT/stream')).toBe(true)
  })

  it('does not look again for a version that it has', async () => {
    const { fake } = await start(document('a'), { realtime: true, pollIntervalMs: 60_000 })
    await expect.poll(() => fake.streams()).toBe(1)
    const asked = fake.requests.length
    fake.announce()
    fake.announce()
    await new Promise((resolve) => setImmediate(resolve))
    expect(fake.requests).toHaveLength(asked)
  })

  it.each<[string, Fault, string]>([
    ['a refused key', { kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED'],
    ['a forbidden key', { kind: 'status', status: 403 }, 'UPSTREAM_UNAUTHORIZED'],
    ['a missing document', { kind: 'status', status: 404 }, 'UPSTREAM_NOT_FOUND'],
    ['a server error', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS'],
    ['too many requests', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 'UPSTREAM_RATE_LIMITED'],
    ['headers that come too late', { kind: 'delay', ms: 2_000 }, 'UPSTREAM_TIMEOUT'],
    ['a body that drips', { kind: 'drip', everyMs: 50 }, 'UPSTREAM_TIMEOUT'],
    ['a body that is cut', { kind: 'cut', afterBytes: 10 }, 'UPSTREAM_UNREACHABLE'],
    ['JSON that ends in the middle', { kind: 'truncated' }, 'UPSTREAM_MALFORMED'],
    ['a page instead of JSON', { kind: 'body', body: '<html>', contentType: 'text/html' }, 'UPSTREAM_MALFORMED'],
    ['JSON that is no object', { kind: 'body', body: '[]' }, 'UPSTREAM_MALFORMED'],
    ['an empty body', { kind: 'body', body: '' }, 'UPSTREAM_MALFORMED'],
    ['a redirect to another origin', { kind: 'redirect', to: 'http://127.0.0.1:1/' }, 'UPSTREAM_REDIRECT'],
    ['a redirect in a circle', { kind: 'redirect', to: '/api/v1/environment-document/' }, 'UPSTREAM_REDIRECT'],
    ['a gzip bomb', { kind: 'gzipBomb', bytes: 64 * 1024 * 1024 }, 'UPSTREAM_TOO_LARGE'],
  ])('reports %s and recovers', async (_row, fault, code) => {
    const { fake, told } = await start(document('a'))
    fake.fault = fault
    await expect.poll(() => failures(told).at(-1), { timeout: 5_000 }).toBe(code)
    expect(documents(told)).toEqual([document('a')])
    fake.fault = null
    fake.publish(document('b'))
    await expect.poll(() => documents(told), { timeout: 5_000 }).toEqual([document('a'), document('b')])
  })

  it('takes "not modified" for news only when it asked for it', async () => {
    const fake = await startFakeFlagsmith(document('a'))
    fake.fault = { kind: 'unaskedNotModified' }
    const { told } = await start(document('a'), { baseUrl: fake.baseUrl })
    stop.push(() => fake.close())
    expect(failures(told)[0]).toBe('UPSTREAM_MALFORMED')
  })

  it('waits as long as a 429 asks', async () => {
    const { fake, told } = await start(document('a'))
    fake.fault = { kind: 'status', status: 429, headers: { 'retry-after': '600' } }
    await expect.poll(() => failures(told)).toEqual(['UPSTREAM_RATE_LIMITED'])
    const asked = fake.requests.length
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(fake.requests).toHaveLength(asked)
  })
})
