import { channel } from 'node:diagnostics_channel'
import { TelemetryAttribute } from '@openfeature/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startFakeCollector, type CollectedSpan, type FakeCollector } from '../upstreams/fake-collector.js'
import { startFakeFlagsmith, type FakeFlagsmith } from '../upstreams/fake-flagsmith.js'
import { flagsmithDocument } from './flagsmith-document.js'
import { startTestRelay, type TestRelay } from './relay-process.js'

interface Scene {
  readonly collector: FakeCollector
  readonly fake: FakeFlagsmith
  readonly relay: TestRelay
}

/** A relay on Flagsmith that has its first data; it traces every request unless told otherwise. */
async function start(settings: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const collector = await startFakeCollector()
  const fake = await startFakeFlagsmith(flagsmithDocument([{ name: 'banner', value: 'first' }], 'for gold'))
  const relay = await startTestRelay({
    LOG__LEVEL: 'warn',
    ENVIRONMENTS__PROD__UPSTREAM__TYPE: 'flagsmith',
    ENVIRONMENTS__PROD__UPSTREAM__ENVIRONMENT_KEY: fake.environmentKey,
    ENVIRONMENTS__PROD__UPSTREAM__BASE_URL: fake.baseUrl,
    ENVIRONMENTS__PROD__UPSTREAM__POLL_INTERVAL: '50ms',
    TRACING__ENDPOINT: collector.url,
    TRACING__SAMPLE_ONE_IN: '1',
    ...settings,
  })
  onTestFinished(async () => {
    await relay.close()
    await fake.close()
    await collector.close()
  })
  const isReady = async (): Promise<number> => (await fetch(`${relay.managementUrl}/readyz`)).status
  await expect.poll(isReady).toBe(200)
  return { collector, fake, relay }
}

function evaluate({ relay }: Scene, flag: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${relay.dataUrl}/ofrep/v1/evaluate/flags/${flag}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"context":{"targetingKey":"somebody@example.com"}}',
  })
}

const requestsIn = ({ spans }: FakeCollector): CollectedSpan[] => spans.filter(({ kind }) => kind === 2)
const fetchesIn = ({ spans }: FakeCollector): CollectedSpan[] => spans.filter(({ kind }) => kind === 3)

const traceId = '0af7651916cd43dd8448eb211c80319c'
const callersSpan = 'b7ad6b7169203331'
const sampled = { traceparent: `00-${traceId}-${callersSpan}-01` }
const notSampled = { traceparent: `00-${traceId}-${callersSpan}-00` }

describe('traces', () => {
  it('have a span for a request, in the trace of its caller', async () => {
    const scene = await start()
    await evaluate(scene, 'banner', sampled)
    await expect.poll(() => requestsIn(scene.collector)).toHaveLength(1)
    const [span] = requestsIn(scene.collector)
    expect(span).toMatchObject({
      traceId,
      parentSpanId: callersSpan,
      name: 'POST /ofrep/v1/evaluate/flags/{key}',
      status: { code: 0 },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/ofrep/v1/evaluate/flags/{key}',
        'http.response.status_code': '200',
        'switchyard.environment': 'prod',
      },
    })
    expect(BigInt(span?.endTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(span?.startTimeUnixNano ?? 0))
    expect(span?.spanId).toMatch(/^[0-9a-f]{16}$/)
  })

  it('have an event for each answered flag, by the conventions', async () => {
    const scene = await start()
    await evaluate(scene, 'banner', sampled)
    await expect.poll(() => scene.collector.events).toHaveLength(1)
    const [event] = scene.collector.events
    const [span] = requestsIn(scene.collector)
    expect(event).toMatchObject({ eventName: 'feature_flag.evaluation', traceId, spanId: span?.spanId })
    expect(event?.attributes).toMatchObject({
      [TelemetryAttribute.KEY]: 'banner',
      [TelemetryAttribute.PROVIDER]: 'switchyard',
      [TelemetryAttribute.FLAG_SET_ID]: 'prod',
    })
    // A Flagsmith flag has no variant here, so its value stands for it.
    const told = Object.keys(event?.attributes ?? {})
    const known: readonly string[] = Object.values(TelemetryAttribute)
    expect(told.filter((name) => !known.includes(name))).toEqual([])
    expect(event?.attributes[TelemetryAttribute.REASON]).toMatch(/^[a-z_]+$/)
  })

  it('take a mistake of the caller for none of the relay', async () => {
    const scene = await start()
    const answer = await evaluate(scene, 'no-such-flag', sampled)
    expect(answer.status).toBe(404)
    await expect.poll(() => requestsIn(scene.collector)).toHaveLength(1)
    expect(requestsIn(scene.collector)[0]).toMatchObject({ status: { code: 0 } })
  })

  it('have a span for each look at the upstream, with its failure, and never its address or key', async () => {
    const scene = await start()
    await expect.poll(() => fetchesIn(scene.collector).length).toBeGreaterThan(0)
    expect(fetchesIn(scene.collector)[0]).toMatchObject({
      name: 'GET',
      status: { code: 0 },
      attributes: { 'http.request.method': 'GET', 'server.address': '127.0.0.1', 'switchyard.environment': 'prod' },
    })
    scene.fake.fault = { kind: 'status', status: 500 }
    const failed = (): CollectedSpan[] => fetchesIn(scene.collector).filter(({ status }) => status.code === 2)
    await expect.poll(() => failed().length).toBeGreaterThan(0)
    expect(failed()[0]?.attributes).toMatchObject({ 'http.response.status_code': '500', 'error.type': '500' })
    const sent = scene.collector.requests.map(({ body }) => body).join()
    expect(sent).not.toContain(scene.fake.environmentKey)
    expect(sent).not.toContain('environment-document')
  })

  it('tell nobody whose flag it was', async () => {
    const scene = await start()
    await evaluate(scene, 'banner', sampled)
    await expect.poll(() => scene.collector.events).toHaveLength(1)
    expect(scene.collector.requests.map(({ body }) => body).join()).not.toContain('somebody@example.com')
  })

  it('leave out what the caller has left out, and the events where nobody wants them', async () => {
    const scene = await start({ TRACING__EVALUATION_EVENTS: 'false' })
    await evaluate(scene, 'banner', notSampled)
    await evaluate(scene, 'banner', sampled)
    await expect.poll(() => requestsIn(scene.collector)).toHaveLength(1)
    expect(scene.collector.events).toEqual([])
  })

  it('begin with the smallest part of the requests that was asked for', async () => {
    const scene = await start({ TRACING__SAMPLE_ONE_IN: '1000000000' })
    await evaluate(scene, 'banner')
    await evaluate(scene, 'banner', sampled)
    await expect.poll(() => requestsIn(scene.collector)).toHaveLength(1)
    expect(requestsIn(scene.collector)[0]?.traceId).toBe(traceId)
  })

  it('carry the headers that the collector wants', async () => {
    const scene = await start({ TRACING__HEADERS__AUTHORIZATION: 'Api-Key k' })
    await expect.poll(() => scene.collector.requests.length).toBeGreaterThan(0)
    expect(scene.collector.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: { authorization: 'Api-Key k', 'content-type': 'application/json' },
    })
  })
})

describe('a collector that is not well', () => {
  it('costs no answer, is told of once, and gets what waited when it is well again', async () => {
    const scene = await start()
    scene.collector.status = 503
    await expect.poll(() => scene.relay.log.join()).toContain('traces do not arrive')
    expect((await evaluate(scene, 'banner', sampled)).status).toBe(200)
    scene.collector.status = 200
    await expect.poll(() => requestsIn(scene.collector), { timeout: 30_000 }).toHaveLength(1)
    expect(scene.relay.log.filter((line) => line.includes('traces do not arrive'))).toHaveLength(1)
  })

  it('is sent what waits when the relay stops', async () => {
    const scene = await start()
    await evaluate(scene, 'banner', sampled)
    await scene.relay.close()
    expect(requestsIn(scene.collector)).toHaveLength(1)
  })
})

it('listens to nothing unless traces are asked for', async () => {
  const relay = await startTestRelay({
    ENVIRONMENTS__DEMO__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__DEMO__UPSTREAM__PATH: 'relay/bin/demo/flags.json',
  })
  onTestFinished(() => relay.close())
  expect(channel('undici:request:create').hasSubscribers).toBe(false)
})
