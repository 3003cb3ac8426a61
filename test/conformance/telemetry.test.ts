/** OpenFeature's published hooks for OpenTelemetry, with OpenTelemetry's own SDK, over our provider and a real data plane. */
import { EventHook, MetricsHook, SpanEventHook, SpanHook } from '@openfeature/open-telemetry-hooks'
import { OpenFeature, type Client, type Hook } from '@openfeature/server-sdk'
import { context, metrics, trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SwitchyardProvider } from '@switchyard/openfeature-provider/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { serverKey, startPlane, type TestPlane } from '../../relay/test/http/plane.js'

const spans = new InMemorySpanExporter()
const records = new InMemoryLogRecordExporter()
const counts = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: counts })

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }))
  logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [new SimpleLogRecordProcessor(records)] }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))
})

afterAll(async () => {
  await reader.shutdown()
  for (const api of [context, trace, logs, metrics]) api.disable()
})

beforeEach(() => {
  spans.reset()
  records.reset()
  counts.reset()
})

let domains = 0

async function connect(plane: TestPlane, mode: 'in-process' | 'remote'): Promise<Client> {
  const domain = `telemetry-${domains++}`
  onTestFinished(() => OpenFeature.clearProviders())
  await OpenFeature.setProviderAndWait(domain, new SwitchyardProvider({ url: plane.url, apiKey: serverKey, mode }))
  return OpenFeature.getClient(domain)
}

const user = { targetingKey: 'user-1', plan: 'gold' }

/** What is said of an evaluation of `targeted`, whatever the hook. */
const common = {
  'feature_flag.key': 'targeted',
  'feature_flag.provider.name': 'switchyard',
  'feature_flag.result.reason': 'targeting_match',
  'feature_flag.result.variant': 'gold',
}

const full = (plane: TestPlane): object => ({
  ...common,
  'feature_flag.result.value': 'gold',
  'feature_flag.context.id': 'user-1',
  'feature_flag.set.id': 'shop',
  'feature_flag.version': plane.shop.served?.revision,
})

describe.each(['in-process', 'remote'] as const)('OpenTelemetry sees of the provider, %s,', (mode) => {
  const ask = async (hook: Hook, plane: TestPlane, flagKey = 'targeted') =>
    (await connect(plane, mode)).getStringDetails(flagKey, 'default', user, { hooks: [hook] })

  it('events', async () => {
    const plane = await startPlane()
    await ask(new EventHook(), plane)
    const [record] = records.getFinishedLogRecords()
    expect(record?.eventName).toBe('feature_flag.evaluation')
    expect(record?.attributes).toEqual(full(plane))
  })

  it('spans', async () => {
    const plane = await startPlane()
    await ask(new SpanHook(), plane)
    const [span] = spans.getFinishedSpans()
    expect(span?.attributes).toMatchObject(full(plane))
  })

  it('events of the span around it', async () => {
    const plane = await startPlane()
    await trace.getTracer('test').startActiveSpan('request', async (span) => {
      await ask(new SpanEventHook(), plane)
      span.end()
    })
    const [event] = spans.getFinishedSpans().flatMap(({ events }) => events)
    expect(event).toMatchObject({ name: 'feature_flag.evaluation', attributes: full(plane) })
  })

  it('counts', async () => {
    const plane = await startPlane()
    await ask(new MetricsHook(), plane)
    await reader.forceFlush()
    const all = counts.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    const success = all.findLast(({ descriptor }) => descriptor.name.endsWith('evaluation_success_total'))
    expect(success?.dataPoints).toContainEqual(
      expect.objectContaining({ attributes: { ...common, 'feature_flag.result.reason': 'TARGETING_MATCH' } }),
    )
  })

  it('errors by their codes', async () => {
    const plane = await startPlane()
    await ask(new EventHook({ excludeExceptions: true }), plane, 'nowhere')
    expect(records.getFinishedLogRecords().map(({ attributes }) => attributes)).toEqual([
      {
        'feature_flag.key': 'nowhere',
        'feature_flag.provider.name': 'switchyard',
        'feature_flag.result.reason': 'error',
        'feature_flag.result.value': 'default',
        'feature_flag.context.id': 'user-1',
        'feature_flag.set.id': 'shop',
        'feature_flag.version': plane.shop.served?.revision,
        'error.type': 'flag_not_found',
        'error.message': 'flag "nowhere" not found',
      },
    ])
  })

  it('the version of the ruleset that answered, after a change too', async () => {
    const plane = await startPlane()
    const client = await connect(plane, mode)
    const version = async () => (await client.getBooleanDetails('plain', false)).flagMetadata['version']
    const before = plane.shop.served?.revision
    expect(await version()).toBe(before)
    plane.shop.serve({ flags: { plain: { outcomes: [{ value: true, reason: 'STATIC' }], decide: 0 } } })
    await expect.poll(version).toBe(plane.shop.served?.revision)
    expect(plane.shop.served?.revision).not.toBe(before)
  })

  it("the vendor's own version, where the document has one", async () => {
    const plane = await startPlane()
    const outcomes = [{ value: 'a', reason: 'STATIC', metadata: { version: '42' } }] as const
    plane.shop.serve({ flags: { f: { outcomes, decide: 0 } } })
    const { flagMetadata } = await (await connect(plane, mode)).getStringDetails('f', '')
    expect(flagMetadata['version']).toBe('42')
  })
})
