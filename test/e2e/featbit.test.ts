import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterEach, describe, expect, it } from 'vitest'
import {
  condition,
  conditionalEntry,
  flagEntry,
  segmentEntry,
  share,
} from '../../engine/test/vendors/featbit/documents.js'
import { type Entities, type FakeFeatBit, startFakeFeatBit, type StreamFault } from '../upstreams/fake-featbit.js'
import type { Fault } from '../upstreams/faults.js'
import { startTestRelay, type TestRelay } from './relay-process.js'
import { stateAfter } from './state-after.js'

/** Waits until it is so, for longer than even a busy machine needs. */
function eventually<T>(read: () => T, options = {}): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 10_000, ...options })
}

let fake: FakeFeatBit
let relay: TestRelay

/** A flag of text, `first` or `second`, with `beta` for the members of a segment. */
function banner(text: 'first' | 'second', updatedAt = '2026-01-05T08:00:00Z') {
  const variations = ['first', 'second', 'beta'].map((value) => ({ id: `id of ${value}`, name: value, value }))
  return conditionalEntry([condition('User is in segment', null, '["testers"]')], {
    key: 'banner',
    variationType: 'string',
    variations,
    rules: [
      {
        id: 'r',
        name: 'testers see more',
        conditions: [condition('User is in segment', null, '["testers"]')],
        variations: [share('id of beta', 0, 1)],
      },
    ],
    fallthrough: { variations: [share(`id of ${text}`, 0, 1)] },
    disabledVariationId: 'id of first',
    updatedAt,
  })
}

const testers = segmentEntry({ id: 'testers', included: ['tess'] })
const first: Entities = { featureFlags: [banner('first')], segments: [testers] }
const second: Entities = { featureFlags: [banner('second', '2026-10-01T00:00:00Z')], segments: [testers] }

async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  fake = await startFakeFeatBit(first)
  relay = await startTestRelay({
    ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'featbit',
    ENVIRONMENTS__PROD__UPSTREAM__SERVER_SECRET: fake.serverSecret,
    ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__PROD__UPSTREAM__POLL_INTERVAL: '20ms',
    ENVIRONMENTS__PROD__UPSTREAM__PING_INTERVAL: '400ms',
    ENVIRONMENTS__PROD__UPSTREAM__TIMEOUT: '1s',
    ENVIRONMENTS__PROD__UPSTREAM__CONNECT_TIMEOUT: '1s',
    ENVIRONMENTS__PROD__UPSTREAM__MAX_DOCUMENT_BYTES: '1000000',
    ...settings,
  })
  await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
}

afterEach(async () => {
  await OpenFeature.clearProviders()
  await relay.close()
  await fake.close()
})

async function application(mode: 'remote' | 'in-process'): Promise<Client> {
  await OpenFeature.setProviderAndWait('featbit', new SwitchyardProvider({ url: relay.dataUrl, mode }))
  return OpenFeature.getClient('featbit')
}

const refused = 'switchyard_upstream_fetches_total{environment="prod",outcome="refused"}'
const failed = 'switchyard_upstream_fetches_total{environment="prod",outcome="failed"}'

const unchanged = 'switchyard_upstream_fetches_total{environment="prod",outcome="unchanged"}'

describe('an application over FeatBit', () => {
  it.each(['remote', 'in-process'] as const)('sees a change (%s)', async (mode) => {
    await start()
    const client = await application(mode)
    const seen = (): Promise<string> => client.getStringValue('banner', 'none', { targetingKey: 'u' })
    expect(await seen()).toBe('first')
    fake.change({ featureFlags: second.featureFlags })
    await eventually(seen, { interval: 10 }).toBe('second')
  })

  it('sees flags, segments and archived flags as FeatBit answers them', async () => {
    await start()
    const client = await application('remote')
    expect(await client.getStringDetails('banner', 'none', { targetingKey: 'tess' })).toMatchObject({
      value: 'beta',
      variant: 'id of beta',
      reason: 'TARGETING_MATCH',
      flagMetadata: { variationName: 'beta' },
    })
    fake.change({ segments: [segmentEntry({ ...testers, included: [], updatedAt: '2026-10-01T00:00:00Z' })] })
    await eventually(() => client.getStringValue('banner', 'none', { targetingKey: 'tess' })).toBe('first')
    fake.change({
      featureFlags: [flagEntry({ ...banner('first'), isArchived: true, updatedAt: '2026-11-01T00:00:00Z' })],
    })
    await eventually(
      async () => (await client.getStringDetails('banner', 'none', { targetingKey: 'u' })).errorCode,
    ).toBe('FLAG_NOT_FOUND')
  })

  it('gets no condition matched on attributes it does not send, where that is configured', async () => {
    await start({ ENVIRONMENTS__PROD__UPSTREAM__MISSING_ATTRIBUTES: 'no-match' })
    const flag = conditionalEntry([condition('country', 'NotEqual', 'de')], { updatedAt: '2026-10-01T00:00:00Z' })
    fake.change({ featureFlags: [flag] })
    await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first', f: false })
    expect(await relay.flags({ targetingKey: 'u', country: 'fr' })).toEqual({ banner: 'first', f: true })
  })
})

/** [what FeatBit's WebSocket does, the fault, the code in /status, whether polling stands in for it] */
const interruptions: [string, StreamFault, string, 'polled' | 'not polled'][] = [
  ['closes as if all were well', { kind: 'close', code: 1000 }, 'UPSTREAM_UNREACHABLE', 'polled'],
  ['goes away', { kind: 'close', code: 1001 }, 'UPSTREAM_UNREACHABLE', 'polled'],
  ['has lost its store', { kind: 'close', code: 1011 }, 'UPSTREAM_STATUS', 'polled'],
  ['refuses the secret', { kind: 'close', code: 4003 }, 'UPSTREAM_UNAUTHORIZED', 'not polled'],
  ['cannot be had', { kind: 'status', status: 502 }, 'UPSTREAM_STATUS', 'polled'],
  ['is limited', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, 'UPSTREAM_RATE_LIMITED', 'polled'],
  ['is not there', { kind: 'status', status: 404 }, 'UPSTREAM_NOT_FOUND', 'polled'],
  ['falls silent', { kind: 'mute' }, 'UPSTREAM_TIMEOUT', 'polled'],
  ['is not answered', { kind: 'hang' }, 'UPSTREAM_TIMEOUT', 'polled'],
  ['says what is no JSON', { kind: 'answer', text: '{' }, 'UPSTREAM_MALFORMED', 'polled'],
  ['says what is no data', { kind: 'answer', text: '{"messageType":"data-sync"}' }, 'DOCUMENT_INVALID', 'polled'],
]

describe("while FeatBit's WebSocket", () => {
  it.each(interruptions)(
    '%s, the last good data is served, and status says why',
    async (_row, fault, code, standIn) => {
      await start()
      await eventually(() => relay.metric(unchanged)).toBeGreaterThan(0)
      fake.streamFault = fault
      if (fault.kind === 'close') fake.connections[0]?.close(fault.code)
      else if (fault.kind !== 'mute') fake.connections[0]?.cut()
      await eventually(async () => (await relay.status()).lastError?.code).toBe(code)
      expect(await relay.metric(code === 'DOCUMENT_INVALID' ? refused : failed)).toBeGreaterThan(0)
      expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
      expect(await relay.flags({ targetingKey: 'tess' })).toEqual({ banner: 'beta' })

      const state = standIn === 'polled' ? 'fresh' : stateAfter(code)
      await eventually(async () => (await relay.status()).state).toBe(state)
      await eventually(() => fake.connections.length).toBeGreaterThan(1)
      expect(fake.requests.length > 0).toBe(standIn === 'polled')

      fake.publish(second)
      fake.streamFault = null
      await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'second' })
      await eventually(async () => (await relay.status()).state).toBe('fresh')
    },
  )

  it('cannot be had, changes are polled, and are listened for again afterwards', async () => {
    await start()
    fake.streamFault = { kind: 'status', status: 502 }
    fake.connections[0]?.cut()
    fake.publish(second)
    await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'second' })
    expect((await relay.status()).state).toBe('fresh')
    fake.streamFault = null
    await eventually(() => fake.connections.at(-1)?.messages.length).toBeGreaterThan(1)
    fake.change({ featureFlags: [banner('first', '2026-11-01T00:00:00Z')] })
    await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
  })
})

/** [what FeatBit does when it is polled, the fault, the code in /status, the counter that rises] */
const faults: [string, Fault, string, string][] = [
  ['answers with an error', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS', failed],
  ['refuses the secret with 401', { kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED', failed],
  ['answers too late', { kind: 'delay', ms: 2_000 }, 'UPSTREAM_TIMEOUT', failed],
  ['cuts the connection in the body', { kind: 'cut', afterBytes: 40 }, 'UPSTREAM_UNREACHABLE', failed],
  ['drips', { kind: 'drip', everyMs: 20 }, 'UPSTREAM_TIMEOUT', failed],
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

describe('while FeatBit, without its WebSocket,', () => {
  it.each(faults)(
    '%s, the last good data is served, and status and metrics say what happened',
    async (_row, fault, code, counter) => {
      await start({ ENVIRONMENTS__PROD__UPSTREAM__STREAMING: 'false' })
      fake.fault = fault
      await eventually(async () => (await relay.status()).lastError?.code).toBe(code)
      expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
      expect((await relay.status()).state).toBe(stateAfter(code))
      expect(await relay.metric(counter)).toBeGreaterThan(0)

      fake.fault = null
      fake.publish(second)
      await eventually(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'second' })
      expect((await relay.status()).state).toBe('fresh')
      expect(fake.connections).toEqual([])
    },
  )

  it('says "not modified" to everything, what is served stays and counts as confirmed', async () => {
    await start({ ENVIRONMENTS__PROD__UPSTREAM__STREAMING: 'false' })
    fake.fault = { kind: 'unaskedNotModified' }
    await eventually(() => relay.metric(unchanged)).toBeGreaterThan(2)
    expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
  })
})
