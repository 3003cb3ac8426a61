import { vendors } from '@switchyard/engine'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../test/upstreams/faults.js'
import { type FakeFlagbase, type RawRuleset, startFakeFlagbase } from '../../../../test/upstreams/fake-flagbase.js'
import { createEnvironment } from '../../../src/environments/create-environment.js'
import type { RunningEnvironment } from '../../../src/environments/running-environment.js'
import { createLogger } from '../../../src/telemetry/logger.js'
import type { FlagbaseOptions } from '../../../src/vendors/flagbase/options.js'
import { createFlagbaseSource } from '../../../src/vendors/flagbase/source.js'

const variation = (variationKey: string, weight: number) => ({ id: variationKey, variationKey, weight })

const rule = (plan: string, variationKey: string) => ({
  id: `rule for ${plan}`,
  ruleType: 'trait',
  traitKey: 'plan',
  traitValue: plan,
  operator: 'contains',
  negate: false,
  ruleVariations: [variation(variationKey, 100)],
})

/** One flag that serves the variation to everybody whom no rule matches. */
function ruleset(variationKey: string, rules: readonly object[] = []): RawRuleset {
  const attributes = {
    fallthroughVariations: [variation(variationKey, 100)],
    flagKey: 'flag',
    rules,
    useFallthrough: false,
  }
  return { data: [{ type: 'raw_flag', id: 'f', attributes }] }
}

let stop: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const one of stop) await one()
  stop = []
})

async function startFake(first: RawRuleset): Promise<FakeFlagbase> {
  const fake = await startFakeFlagbase(first)
  stop.push(() => fake.close())
  return fake
}

/** An environment that reads the fake, as the relay would run it. */
function run(fake: FakeFlagbase, options: Partial<FlagbaseOptions> = {}): RunningEnvironment {
  const source = createFlagbaseSource({
    type: 'flagbase',
    serverKey: fake.serverKey,
    baseUrl: fake.baseUrl,
    typedVariations: false,
    headers: {},
    connectTimeoutMs: 1_000,
    timeoutMs: 300,
    maxDocumentBytes: 1024 * 1024,
    pollIntervalMs: 20,
    random: () => 0,
    ...options,
  })
  const vendor = vendors.get('flagbase')
  if (vendor === undefined) throw new Error('the engine has no Flagbase')
  const logger = createLogger({
    level: 'error',
    format: 'json',
    destination: { write: () => undefined },
    now: Date.now,
  })
  const environment = createEnvironment({ name: 'shop', source, vendor, now: Date.now, logger })
  const abort = new AbortController()
  const running = environment.run(abort.signal)
  stop.unshift(async () => {
    abort.abort()
    await running
  })
  return environment
}

/** A fake that has been read once. */
async function start(first: RawRuleset): Promise<{ fake: FakeFlagbase; environment: RunningEnvironment }> {
  const fake = await startFake(first)
  const environment = run(fake)
  await expect.poll(() => environment.served).not.toBeNull()
  return { fake, environment }
}

function variantOf(environment: RunningEnvironment, context: Readonly<Record<string, string>> = {}) {
  return environment.served?.snapshot.evaluate('flag', context, { nowMs: 0, random: () => 0 }).variant
}

const errorOf = (environment: RunningEnvironment): string | undefined => environment.status().lastError?.code

describe('the Flagbase source', () => {
  it('asks for the root with the server key, at first with the validator of those who have none', async () => {
    const { fake, environment } = await start(ruleset('a'))
    expect(fake.requests[0]).toMatchObject({ path: '/', headers: { 'x-sdk-key': fake.serverKey, etag: 'initial' } })
    expect(environment.status().upstream).toBe(`${fake.baseUrl}/`)
    expect(environment.status().upstream).not.toContain(fake.serverKey)
  })

  it('sends the validator in a request header named ETag, and takes 304 for good news', async () => {
    const { fake, environment } = await start(ruleset('a'))
    await expect.poll(() => environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(fake.requests[1]?.headers['etag']).toMatch(/^[0-9a-f]{64}$/)
    expect(fake.requests[1]?.headers['if-none-match']).toBeUndefined()
    expect(fake.requests[1]?.status()).toBe(304)
    expect(environment.activity.fetches).toMatchObject({ document: 1, refused: 0, failed: 0 })
    expect(environment.status().state).toBe('fresh')
  })

  it('reads a poller below a path', async () => {
    const fake = await startFake(ruleset('a'))
    run(fake, { baseUrl: `${fake.baseUrl}/flagbase` })
    await expect.poll(() => fake.requests[0]?.path).toBe('/flagbase/')
  })

  it('serves the next ruleset, an empty one too', async () => {
    const { fake, environment } = await start(ruleset('a'))
    fake.publish(ruleset('b'))
    await expect.poll(() => variantOf(environment)).toBe('b')
    fake.publish({ data: [] })
    await expect.poll(() => environment.status().flagCount).toBe(0)
  })

  it('takes the same bytes for unchanged where something in between removes the validator', async () => {
    const fake = await startFake(ruleset('a'))
    fake.fault = { kind: 'status', status: 200, body: JSON.stringify(ruleset('a')) }
    const environment = run(fake)
    await expect.poll(() => environment.activity.fetches.unchanged).toBeGreaterThan(1)
    expect(environment.activity.fetches.document).toBe(1)
    expect(new Set(fake.requests.map(({ headers }) => headers['etag']))).toEqual(new Set(['initial']))
  })

  it('never keeps the validator of a failure', async () => {
    const { fake, environment } = await start(ruleset('a'))
    await expect.poll(() => environment.activity.fetches.unchanged).toBeGreaterThan(0)
    const good = fake.requests.at(-1)?.headers['etag']
    fake.fault = { kind: 'status', status: 500, headers: { etag: 'of-a-failure' } }
    await expect.poll(() => environment.activity.fetches.failed).toBeGreaterThan(0)
    fake.fault = null
    const { unchanged } = environment.activity.fetches
    await expect.poll(() => environment.activity.fetches.unchanged, { timeout: 5_000 }).toBeGreaterThan(unchanged)
    expect(fake.requests.at(-1)?.headers['etag']).toBe(good)
  })

  it('takes "not modified" for news only when it has something', async () => {
    const fake = await startFake(ruleset('a'))
    fake.fault = { kind: 'unaskedNotModified' }
    const environment = run(fake)
    await expect.poll(() => errorOf(environment)).toBe('UPSTREAM_MALFORMED')
    expect(environment.status().state).toBe('waiting')
  })
})

describe('a failure of Flagbase', () => {
  it.each([
    ['an unknown key', 'sdk-server_unknown'],
    ['a client key', 'sdk-client_fake'],
  ])('with %s is told from other answers of status 500', async (_row, serverKey) => {
    const environment = run(await startFake(ruleset('a')), { serverKey })
    await expect.poll(() => errorOf(environment)).toBe('UPSTREAM_UNAUTHORIZED')
    expect(environment.status()).toMatchObject({ state: 'waiting', flagCount: 0 })
    expect(environment.status().lastError?.message).not.toContain(serverKey)
  })

  it('over a flag without targeting says what to look for', async () => {
    const { fake, environment } = await start(ruleset('a'))
    const errors = [{ code: 'NotFoundError', message: 'converting NULL to bool is unsupported' }]
    fake.fault = { kind: 'status', status: 500, body: JSON.stringify({ errors }) }
    await expect.poll(() => environment.status().lastError?.message).toContain('lost its targeting')
    expect(errorOf(environment)).toBe('UPSTREAM_STATUS')
  })

  const errorBody = (message: string): string => JSON.stringify({ errors: [{ code: 'InternalError', message }] })

  it.each<[string, Fault, string]>([
    [
      'a key that is refused',
      { kind: 'status', status: 500, body: errorBody('cannot find SDK key') },
      'UPSTREAM_UNAUTHORIZED',
    ],
    ['a server error', { kind: 'status', status: 500, body: errorBody('EOF') }, 'UPSTREAM_STATUS'],
    ['a server error without a body', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS'],
    ['an error that is null', { kind: 'status', status: 500, body: 'null' }, 'UPSTREAM_STATUS'],
    ['an error in another shape', { kind: 'status', status: 500, body: '{"errors":[null]}' }, 'UPSTREAM_STATUS'],
    ['an error longer than an error', { kind: 'status', status: 500, body: 'x'.repeat(1e6) }, 'UPSTREAM_STATUS'],
    ['a refusal by a gateway', { kind: 'status', status: 403 }, 'UPSTREAM_UNAUTHORIZED'],
    ['a missing page', { kind: 'status', status: 404, body: '404 page not found' }, 'UPSTREAM_NOT_FOUND'],
    ['too many requests', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, 'UPSTREAM_RATE_LIMITED'],
    ['headers that come too late', { kind: 'delay', ms: 2_000 }, 'UPSTREAM_TIMEOUT'],
    ['a body that drips', { kind: 'drip', everyMs: 50 }, 'UPSTREAM_TIMEOUT'],
    ['a body that is cut', { kind: 'cut', afterBytes: 10 }, 'UPSTREAM_UNREACHABLE'],
    ['JSON that ends in the middle', { kind: 'truncated' }, 'UPSTREAM_MALFORMED'],
    ['a page instead of JSON', { kind: 'body', body: '<html>', contentType: 'text/html' }, 'UPSTREAM_MALFORMED'],
    ['JSON that is no object', { kind: 'body', body: '[]' }, 'UPSTREAM_MALFORMED'],
    ['an empty body', { kind: 'body', body: '' }, 'UPSTREAM_MALFORMED'],
    ['an error with status 200', { kind: 'body', body: errorBody('EOF') }, 'DOCUMENT_INVALID'],
    ['evaluated flags', { kind: 'body', body: '{"data":[{"type":"evaluated_flag"}]}' }, 'DOCUMENT_INVALID'],
    ['a redirect to another origin', { kind: 'redirect', to: 'http://127.0.0.1:1/' }, 'UPSTREAM_REDIRECT'],
    ['a redirect in a circle', { kind: 'redirect', to: '/' }, 'UPSTREAM_REDIRECT'],
    ['a gzip bomb', { kind: 'gzipBomb', bytes: 64 * 1024 * 1024 }, 'UPSTREAM_TOO_LARGE'],
  ])('keeps the last good ruleset in service and heals: %s', async (_row, fault, code) => {
    const { fake, environment } = await start(ruleset('a'))
    const { served } = environment
    fake.fault = fault
    await expect.poll(() => errorOf(environment), { timeout: 5_000 }).toBe(code)
    expect(environment.served).toBe(served)
    expect(environment.status()).toMatchObject({
      state: expect.stringMatching(/^(stale|degraded)$/),
      flagCount: 1,
      revision: served?.revision,
    })
    fake.fault = null
    fake.publish(ruleset('b'))
    await expect.poll(() => variantOf(environment), { timeout: 5_000 }).toBe('b')
    expect(environment.status().state).toBe('fresh')
  })

  it('that says "not modified" to everything keeps the last good ruleset in service', async () => {
    const { fake, environment } = await start(ruleset('a'))
    const { served } = environment
    fake.fault = { kind: 'unaskedNotModified' }
    const { unchanged } = environment.activity.fetches
    await expect.poll(() => environment.activity.fetches.unchanged).toBeGreaterThan(unchanged + 1)
    expect(environment.served).toBe(served)
  })
})

describe('a ruleset that changed only in order', () => {
  const pro = rule('pro', 'for-pro')
  const team = rule('team', 'for-team')
  const both = { plan: 'pro team' }

  it('is served as it came, and the status says so until the next one', async () => {
    const { fake, environment } = await start(ruleset('a', [pro, team]))
    expect(environment.status().diagnostics).toEqual([])
    expect(variantOf(environment, both)).toBe('for-pro')
    fake.publish(ruleset('a', [team, pro]))
    await expect.poll(() => variantOf(environment, both)).toBe('for-team')
    expect(environment.status().diagnostics).toMatchObject([
      { severity: 'warning', code: 'ORDER_CHANGED', path: ['data', 'flag'] },
    ])
    fake.publish(ruleset('b', [team, pro]))
    await expect.poll(() => variantOf(environment)).toBe('b')
    expect(environment.status().diagnostics).toEqual([])
  })

  it('is still told while nothing changes', async () => {
    const { fake, environment } = await start(ruleset('a', [pro, team]))
    fake.publish(ruleset('a', [team, pro]))
    await expect.poll(() => variantOf(environment, both)).toBe('for-team')
    const { unchanged } = environment.activity.fetches
    await expect.poll(() => environment.activity.fetches.unchanged).toBeGreaterThan(unchanged)
    expect(environment.status().diagnostics).toMatchObject([{ code: 'ORDER_CHANGED' }])
  })

  it('is told of flags that only changed places, though nothing new is served', async () => {
    const { fake, environment } = await start(ruleset('a'))
    const other = { type: 'raw_flag', attributes: { ...attributesOf(ruleset('x')), flagKey: 'other' } }
    fake.publish({ data: [...ruleset('a').data, other] })
    await expect.poll(() => environment.status().flagCount).toBe(2)
    const { served } = environment
    fake.publish({ data: [other, ...ruleset('a').data] })
    await expect.poll(() => environment.status().diagnostics).toMatchObject([{ code: 'ORDER_CHANGED', path: ['data'] }])
    expect(environment.served).toBe(served)
  })
})

function attributesOf({ data: [first] }: RawRuleset): object {
  return (first as { readonly attributes: object }).attributes
}
