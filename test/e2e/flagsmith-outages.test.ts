import { afterEach, describe, expect, it } from 'vitest'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import type { Fault } from '../upstreams/faults.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'
import { stateAfter } from './state-after.js'

let fake: FakeFlagsmith
let relay: TestRelay

async function start(): Promise<void> {
  fake = await startFakeFlagsmith(flagsmithDocument([{ name: 'banner', value: 'first' }], 'for gold'))
  relay = await startTestRelay({
    ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__PROD__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__PROD__UPSTREAM__POLL_INTERVAL: '20ms',
    ENVIRONMENTS__PROD__UPSTREAM__TIMEOUT: '300ms',
    ENVIRONMENTS__PROD__UPSTREAM__MAX_DOCUMENT_BYTES: '1000000',
  })
  await expect.poll(() => relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
}

afterEach(async () => {
  await relay.close()
  await fake.close()
})

const refused = 'switchyard_upstream_fetches_total{environment="prod",outcome="refused"}'
const failed = 'switchyard_upstream_fetches_total{environment="prod",outcome="failed"}'

/** [what Flagsmith does, the fault, the code in /status, the counter that rises] */
const rows: [string, Fault, string, string][] = [
  ['answers with an error', { kind: 'status', status: 500 }, 'UPSTREAM_STATUS', failed],
  ['refuses the key with 401', { kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED', failed],
  ['refuses the key with 403', { kind: 'status', status: 403 }, 'UPSTREAM_UNAUTHORIZED', failed],
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

describe('while Flagsmith', () => {
  it.each(rows)(
    '%s, the last good data is served, and status and metrics say what happened',
    async (_row, fault, code, counter) => {
      await start()
      fake.fault = fault
      await expect.poll(async () => (await relay.status()).lastError?.code, { timeout: 5_000 }).toBe(code)
      expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
      expect(await relay.flags({ targetingKey: 'u', plan: 'gold' })).toEqual({ banner: 'for gold' })
      expect((await relay.status()).state).toBe(stateAfter(code))
      expect(await relay.metric(counter)).toBeGreaterThan(0)
      expect(await relay.metric(`switchyard_environment_state{environment="prod",state="${stateAfter(code)}"}`)).toBe(1)

      fake.fault = null
      fake.publish(flagsmithDocument([{ name: 'banner', value: 'second' }]))
      await expect.poll(() => relay.flags({ targetingKey: 'u' }), { timeout: 5_000 }).toEqual({ banner: 'second' })
      expect((await relay.status()).state).toBe('fresh')
    },
  )

  it('says "not modified" to everything, what is served stays and counts as confirmed', async () => {
    await start()
    fake.fault = { kind: 'unaskedNotModified' }
    await expect
      .poll(() => relay.metric('switchyard_upstream_fetches_total{environment="prod",outcome="unchanged"}'))
      .toBeGreaterThan(2)
    expect(await relay.flags({ targetingKey: 'u' })).toEqual({ banner: 'first' })
  })
})

describe('a configured key without data', () => {
  it('is answered 503 with Retry-After, never 401 or 404', async () => {
    fake = await startFakeFlagsmith(flagsmithDocument([]))
    fake.fault = { kind: 'status', status: 500 }
    relay = await startTestRelay({
      ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'flagsmith',
      ENVIRONMENTS__PROD__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
      ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
      ENVIRONMENTS__PROD__SERVER_KEYS__0: 'server-key',
    })
    const answer = await fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags`, {
      method: 'POST',
      headers: { authorization: 'Bearer server-key', 'content-type': 'application/json' },
      body: '{}',
    })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(await answer.json()).toMatchObject({ errorCode: 'GENERAL' })
  })
})
