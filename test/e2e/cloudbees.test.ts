import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it } from 'vitest'
import { experiment, type Configuration, type FakeCloudBees, startFakeCloudBees } from '../upstreams/fake-cloudbees.js'
import type { Fault } from '../upstreams/faults.js'
import { startTestRelay, type TestRelay } from './relay-process.js'
import { stateAfter } from './state-after.js'

/** Waits until it is so, for longer than even a busy machine needs. */
function eventually<T>(read: () => T, options = {}): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 10_000, ...options })
}

/** A flag of text, with `beta` for the members of a target group. */
function banner(text: string): Configuration {
  const condition = `ifThen(and(true, isInTargetGroup("testers")), "beta", "${text}")`
  const testers = { _id: 'testers', name: 'testers', condition: 'eq(property("team"), "qa")' }
  return { experiments: [experiment('banner', condition)], targetGroups: [testers] }
}

let closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await OpenFeature.clearProviders()
  for (const close of closing.toReversed()) await close()
  closing = []
})

async function startRelay(settings: Readonly<Record<string, string>>): Promise<TestRelay> {
  const prefixed = Object.entries(settings).map(([name, value]) => [`ENVIRONMENTS__PROD__UPSTREAM__${name}`, value])
  const relay = await startTestRelay({ LOG__LEVEL: 'debug', ...Object.fromEntries(prefixed) })
  closing.push(() => relay.close())
  return relay
}

async function start(
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly fake: FakeCloudBees; readonly relay: TestRelay }> {
  const fake = await startFakeCloudBees(banner('first'))
  closing.push(() => fake.close())
  const relay = await startRelay({
    TYPE: 'cloudbees',
    ENVIRONMENT_KEY: fake.environmentKey,
    BASE_URL: fake.baseUrl,
    API_URL: fake.apiUrl,
    REALTIME_URL: fake.realtimeUrl,
    POLL_INTERVAL: '20ms',
    TIMEOUT: '1s',
    MAX_DOCUMENT_BYTES: '1000000',
    ...settings,
  })
  await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
  return { fake, relay }
}

async function application(relay: TestRelay, mode: 'remote' | 'in-process'): Promise<Client> {
  await OpenFeature.setProviderAndWait('cloudbees', new SwitchyardProvider({ url: relay.dataUrl, mode }))
  return OpenFeature.getClient('cloudbees')
}

describe('an application over CloudBees', () => {
  it.each(['remote', 'in-process'] as const)('sees a change within a second of its announcement (%s)', async (mode) => {
    const { fake, relay } = await start({ POLL_INTERVAL: '1h' })
    const client = await application(relay, mode)
    const seen = (): Promise<string> => client.getStringValue('banner', 'none', { targetingKey: 'u' })
    expect(await seen()).toBe('first')
    await eventually(() => fake.streams()).toBe(1)
    const changedMs = performance.now()
    fake.publish(banner('second'))
    fake.announce('changed')
    await eventually(seen, { interval: 10 }).toBe('second')
    expect(performance.now() - changedMs).toBeLessThan(1_000)
  })

  it('sees rules, target groups, and flags that are gone', async () => {
    const { fake, relay } = await start()
    const client = await application(relay, 'remote')
    const context = { targetingKey: 'tess', team: 'qa' }
    expect(await client.getStringDetails('banner', 'none', context)).toMatchObject({
      value: 'beta',
      variant: 'beta',
      reason: 'TARGETING_MATCH',
      flagMetadata: { experimentId: 'id-of-banner' },
    })
    fake.publish({ experiments: [], targetGroups: [] })
    await eventually(async () => (await client.getStringDetails('banner', 'none', context)).errorCode).toBe(
      'FLAG_NOT_FOUND',
    )
  })
})

const attributes = 'ifThen(isInPercentage(0.5, mergeSeed(property("rox.distinct_id"), "s")), "in", "out")'
const trial = 'ifThen(gt(tsToNum(property("trialEnds")), 1767225600), "trial", "over")'

/** Answers that depend on what only an application's code knows of its attributes. */
const dependent: Configuration = {
  experiments: [experiment('split', attributes), experiment('trial', trial)],
  targetGroups: [],
}

describe('what is configured of attributes', () => {
  const settings = { STICKINESS_ATTRIBUTE: 'account', DATETIME_ATTRIBUTES__0: 'trialEnds' }
  const context = { targetingKey: 'u', account: 'c', trialEnds: '2026-02-01T00:00:00Z' }

  it('counts for CloudBees', async () => {
    const { fake, relay } = await start(settings)
    fake.publish(dependent)
    await eventually(() => relay.flags(context)).toHaveProperty('trial', 'trial')
    await expectByAccount(relay)
  })

  it('counts for a file of CloudBees', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-'))
    closing.push(() => rm(folder, { recursive: true }))
    const path = join(folder, 'cloudbees.json')
    await writeFile(path, JSON.stringify(dependent))
    const relay = await startRelay({ TYPE: 'file', PATH: path, ...settings })
    await eventually(() => relay.flags(context)).toHaveProperty('trial', 'trial')
    await expectByAccount(relay)
  })

  it('is not so by itself', async () => {
    const { fake, relay } = await start()
    fake.publish(dependent)
    await eventually(() => relay.flags(context)).toHaveProperty('trial', 'over')
  })

  /** Everybody of one account is on one side of the split, and there are accounts on both. */
  async function expectByAccount(relay: TestRelay): Promise<void> {
    const sides = async (account: string): Promise<unknown[]> => {
      const answers = ['u', 'v', 'w', 'x', 'y', 'z'].map((targetingKey) => relay.flags({ targetingKey, account }))
      return [...new Set((await Promise.all(answers)).map(({ split }) => split))]
    }
    const all = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(sides))
    expect(all.filter((one) => one.length !== 1)).toEqual([])
    expect(new Set(all.flat())).toEqual(new Set(['in', 'out']))
  }
})

const refused = 'switchyard_upstream_fetches_total{environment="prod",outcome="refused"}'
const failed = 'switchyard_upstream_fetches_total{environment="prod",outcome="failed"}'

/** [what CloudBees does, the fault, the code in /status, the counter that rises] */
const faults: [string, Fault, string, string][] = [
  ['answers with an error', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS', failed],
  ['wants a password', { kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED', failed],
  ['refuses the key', { kind: 'status', status: 403 }, 'UPSTREAM_UNAUTHORIZED', failed],
  ['does not know the key', { kind: 'status', status: 404 }, 'UPSTREAM_NOT_FOUND', failed],
  ['does not know the key, with status 200', { kind: 'body', body: '{"result":404}' }, 'UPSTREAM_NOT_FOUND', failed],
  [
    'asks for fewer requests',
    { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
    'UPSTREAM_RATE_LIMITED',
    failed,
  ],
  ['answers too late', { kind: 'delay', ms: 5_000 }, 'UPSTREAM_TIMEOUT', failed],
  ['cuts the connection in the body', { kind: 'cut', afterBytes: 40 }, 'UPSTREAM_UNREACHABLE', failed],
  ['drips', { kind: 'drip', everyMs: 100 }, 'UPSTREAM_TIMEOUT', failed],
  ['sends JSON that ends in the middle', { kind: 'truncated' }, 'UPSTREAM_MALFORMED', failed],
  [
    'sends a page instead of JSON',
    { kind: 'body', body: '<html>', contentType: 'text/html' },
    'UPSTREAM_MALFORMED',
    failed,
  ],
  ['sends JSON of another kind', { kind: 'body', body: '{"flags":{}}' }, 'DOCUMENT_INVALID', refused],
  ['sends an empty document', { kind: 'body', body: '{}' }, 'DOCUMENT_INVALID', refused],
  ['redirects to another origin', { kind: 'redirect', to: 'http://127.0.0.1:9/' }, 'UPSTREAM_REDIRECT', failed],
  ['sends a gzip bomb', { kind: 'gzipBomb', bytes: 50_000_000 }, 'UPSTREAM_TOO_LARGE', failed],
]

describe('while CloudBees', () => {
  it.each(faults)(
    '%s, the last good data is served, and status, metrics and log say what happened, but not the key',
    async (_row, fault, code, counter) => {
      const { fake, relay } = await start()
      fake.fault = fault
      fake.apiFault = fault
      await eventually(async () => (await relay.status()).lastError?.code).toBe(code)
      expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
      expect(await relay.flags({ targetingKey: 'u', team: 'qa' })).toEqual({ banner: 'beta' })
      expect((await relay.status()).state).toBe(stateAfter(code))
      expect(await relay.metric(counter)).toBeGreaterThan(0)
      expect(relay.log.join('')).toContain(code)
      expect(relay.log.join('')).not.toContain(fake.environmentKey)
      const told = await (await fetch(`${relay.managementUrl}/status`)).text()
      expect(told).not.toContain(fake.environmentKey)

      fake.fault = null
      fake.apiFault = null
      fake.publish(banner('second'))
      await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'second' })
      expect((await relay.status()).state).toBe('fresh')
    },
  )

  it('has no file of the configuration, the API is asked for it', async () => {
    const { fake, relay } = await start()
    fake.fault = { kind: 'status', status: 404 }
    fake.publish(banner('second'))
    await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'second' })
    expect((await relay.status()).state).toBe('fresh')
  })

  it('says "not modified" to everything, what is served stays and counts as confirmed', async () => {
    const { fake, relay } = await start()
    fake.fault = { kind: 'unaskedNotModified' }
    await eventually(() =>
      relay.metric('switchyard_upstream_fetches_total{environment="prod",outcome="unchanged"}'),
    ).toBeGreaterThan(2)
    expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
  })
})

describe('a configuration that CloudBees has signed', () => {
  const folder = new URL('../fixtures/cloudbees/documents/doc1-rox-c-production-sample/', import.meta.url)

  it('is served for a key of 24 digits, and is not replaced by one in which something was changed', async () => {
    const body = await readFile(new URL('envelope.json', folder), 'utf8')
    const fake = await startFakeCloudBees(banner('first'))
    closing.push(() => fake.close())
    fake.publishBody(body)
    const relay = await startRelay({
      TYPE: 'cloudbees',
      ENVIRONMENT_KEY: '5e579ecfc45c395c43b42893',
      BASE_URL: fake.baseUrl,
      POLL_INTERVAL: '20ms',
    })
    const context = { targetingKey: 'u', boolPropTargetGroupOperand1: true }
    await eventually(() => relay.flags(context)).toMatchObject({
      flagTargetGroupsAny: true,
      flagTargetGroupsAll: false,
    })
    const before = await relay.flags(context)

    fake.publishBody(body.replace('WWVsbG93', 'WWVsbG94'))
    await eventually(async () => (await relay.status()).lastError?.code).toBe('SIGNATURE_INVALID')
    expect(await relay.flags(context)).toEqual(before)
    expect((await relay.status()).state).toBe('degraded')
    expect(await relay.metric(refused)).toBeGreaterThan(0)

    fake.publishBody(body)
    await eventually(async () => (await relay.status()).state).toBe('fresh')
  })
})
