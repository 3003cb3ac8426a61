import { describe, expect, it } from 'vitest'
import { createHistogram } from '../../src/telemetry/histogram.js'
import { createMetrics, type EnvironmentReading } from '../../src/telemetry/metrics.js'
import { createRefusalCounts } from '../../src/telemetry/refusal-counts.js'
import { createRequestDurations } from '../../src/telemetry/request-durations.js'
import { noReloads } from '../reload/no-reloads.js'

const reading: EnvironmentReading = {
  name: 'shop',
  state: 'stale',
  flagCount: 3,
  revisionCount: 2,
  ageSeconds: 12.5,
  fetches: { document: 2, failed: 1 },
  propagation: createHistogram([1, 5]),
  held: 'activated',
  stores: [
    {
      name: 'disk',
      isFailing: true,
      writes: { written: 4, failed: 2 },
      passedOver: [
        { kind: 'marks', reason: 'damaged' },
        { kind: 'marks', reason: 'damaged' },
      ],
    },
  ],
  evaluations: () => [
    { flagKey: 'banner', variant: 'on', reason: 'STATIC', count: 7, mode: 'remote' },
    { flagKey: 'banner', variant: 'on', reason: 'STATIC', count: 9, mode: 'in-process' },
    { flagKey: 'say "hi"\n', variant: '', reason: 'ERROR', count: 1, mode: 'remote' },
  ],
  role: 'leader',
  streams: [{ kind: 'ofrep', open: 2, sent: { message: 5 }, ended: { client: 3, slow: 1 } }],
  usageBatches: { counted: 4, repeated: 1, refused: 0 },
  keyDates: [{ place: 'serverKeys[1]', validUntilMs: 1_800_000_000_000 }],
}

const refusals = createRefusalCounts()
refusals.isOverloaded = true
refusals.count('rate')

const cache = () => ({ hits: 7, misses: 5, entries: 3, bytes: 900 })

/** The lines of our own metrics, without comments. */
const ownLines = (page: string): string[] =>
  page.split('\n').filter((line) => line.startsWith('switchyard_') && !line.startsWith('#'))

/** The page of a relay without environments that has answered nobody. */
async function emptyPage(): Promise<string> {
  const requests = createRequestDurations()
  const none = { version: '1', environments: () => [], requests, cache, refusals, reloads: () => noReloads }
  return (await createMetrics(none)).render()
}

describe('the metrics page', () => {
  it('says how workers are, where there are any', async () => {
    const counted = { sinceMs: 0, deaths: 1, cpuSeconds: 2.5, requests: 30, revisionOf: () => null }
    const metrics = await createMetrics({
      version: '1.2.3',
      environments: () => [],
      requests: createRequestDurations(),
      cache,
      refusals,
      reloads: () => noReloads,
      workers: () => [
        { ...counted, number: 1, pid: 7, state: 'serving', residentBytes: 400 },
        { ...counted, number: 2, pid: null, state: 'dead', residentBytes: null },
      ],
    })
    const lines = ownLines(await metrics.render()).filter((line) => line.startsWith('switchyard_worker'))
    expect(lines).toEqual([
      'switchyard_workers{state="starting"} 0',
      'switchyard_workers{state="serving"} 1',
      'switchyard_workers{state="draining"} 0',
      'switchyard_workers{state="dead"} 1',
      'switchyard_worker_deaths_total{worker="1"} 1',
      'switchyard_worker_deaths_total{worker="2"} 1',
      'switchyard_worker_requests_total{worker="1"} 30',
      'switchyard_worker_requests_total{worker="2"} 30',
      'switchyard_worker_cpu_seconds_total{worker="1"} 2.5',
      'switchyard_worker_cpu_seconds_total{worker="2"} 2.5',
      'switchyard_worker_resident_memory_bytes{worker="1"} 400',
    ])
  })

  it('says how environments are and what was answered', async () => {
    const metrics = await createMetrics({
      version: '1.2.3',
      environments: () => [reading],
      requests: createRequestDurations(),
      cache,
      refusals,
      reloads: () => ({
        last: { outcome: 'refused', needsRestart: ['server.port'] },
        inEffectSinceMs: 1_500,
        counts: { applied: 2, unchanged: 0, refused: 1 },
      }),
      redis: { isConnected: true, errors: 4 },
    })
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(ownLines(await metrics.render())).toEqual([
      `switchyard_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
      'switchyard_environment_state{environment="shop",state="waiting"} 0',
      'switchyard_environment_state{environment="shop",state="fresh"} 0',
      'switchyard_environment_state{environment="shop",state="stale"} 1',
      'switchyard_environment_state{environment="shop",state="degraded"} 0',
      'switchyard_environment_state{environment="shop",state="disconnected"} 0',
      'switchyard_replica_role{environment="shop",role="starting"} 0',
      'switchyard_replica_role{environment="shop",role="leader"} 1',
      'switchyard_replica_role{environment="shop",role="follower"} 0',
      'switchyard_replica_role{environment="shop",role="alone"} 0',
      'switchyard_key_expiry_timestamp_seconds{environment="shop",key="serverKeys[1]"} 1800000000',
      'switchyard_environment_flags{environment="shop"} 3',
      'switchyard_revisions_total{environment="shop"} 2',
      'switchyard_data_age_seconds{environment="shop"} 12.5',
      'switchyard_held{environment="shop",reason="activated"} 1',
      'switchyard_held{environment="shop",reason="blast-radius"} 0',
      'switchyard_store_failing{environment="shop",store="disk"} 1',
      'switchyard_store_passed_over{environment="shop",store="disk",kind="marks",reason="damaged"} 2',
      'switchyard_store_writes_total{environment="shop",store="disk",outcome="written"} 4',
      'switchyard_store_writes_total{environment="shop",store="disk",outcome="failed"} 2',
      'switchyard_upstream_fetches_total{environment="shop",outcome="document"} 2',
      'switchyard_upstream_fetches_total{environment="shop",outcome="failed"} 1',
      'switchyard_evaluations_total{environment="shop",flag="banner",variant="on",reason="STATIC",mode="remote"} 7',
      'switchyard_evaluations_total{environment="shop",flag="banner",variant="on",reason="STATIC",mode="in-process"} 9',
      'switchyard_evaluations_total{environment="shop",flag="say \\"hi\\"\\n",variant="",reason="ERROR",mode="remote"} 1',
      'switchyard_usage_batches_total{environment="shop",outcome="counted"} 4',
      'switchyard_usage_batches_total{environment="shop",outcome="repeated"} 1',
      'switchyard_usage_batches_total{environment="shop",outcome="refused"} 0',
      'switchyard_streams{environment="shop",kind="ofrep"} 2',
      'switchyard_stream_events_total{environment="shop",kind="ofrep",event="message"} 5',
      'switchyard_streams_ended_total{environment="shop",kind="ofrep",reason="client"} 3',
      'switchyard_streams_ended_total{environment="shop",kind="ofrep",reason="slow"} 1',
      'switchyard_response_cache_hits_total 7',
      'switchyard_response_cache_misses_total 5',
      'switchyard_response_cache_entries 3',
      'switchyard_response_cache_bytes 900',
      'switchyard_config_refused 1',
      'switchyard_config_restart_needed 1',
      'switchyard_config_in_effect_timestamp_seconds 1.5',
      'switchyard_overloaded 1',
      'switchyard_redis_connected 1',
      'switchyard_redis_errors_total 4',
      'switchyard_refusals_total{reason="rate"} 1',
      'switchyard_refusals_total{reason="overload"} 0',
      'switchyard_refusals_total{reason="streams"} 0',
      'switchyard_refusals_total{reason="connections"} 0',
      'switchyard_refusals_total{reason="too-large"} 0',
      'switchyard_refusals_total{reason="too-slow"} 0',
      'switchyard_refusals_total{reason="not-http"} 0',
      'switchyard_refusals_total{reason="handshake"} 0',
      'switchyard_refusals_total{reason="client-certificate"} 0',
      'switchyard_refusals_total{reason="expired-key"} 0',
      'switchyard_refusals_total{reason="address"} 0',
      'switchyard_config_reloads_total{outcome="applied"} 2',
      'switchyard_config_reloads_total{outcome="unchanged"} 0',
      'switchyard_config_reloads_total{outcome="refused"} 1',
      'switchyard_propagation_delay_seconds_bucket{environment="shop",le="1"} 0',
      'switchyard_propagation_delay_seconds_bucket{environment="shop",le="5"} 0',
      'switchyard_propagation_delay_seconds_bucket{environment="shop",le="+Inf"} 0',
      'switchyard_propagation_delay_seconds_sum{environment="shop"} 0',
      'switchyard_propagation_delay_seconds_count{environment="shop"} 0',
    ])
  })

  it('reads the counters anew at each scrape, and counts nothing twice', async () => {
    let readings = [reading]
    const metrics = await createMetrics({
      version: '1',
      environments: () => readings,
      requests: createRequestDurations(),
      cache,
      refusals,
      reloads: () => noReloads,
    })
    const first = await metrics.render()
    expect(ownLines(await metrics.render())).toEqual(ownLines(first))
    readings = [{ ...reading, ageSeconds: null, evaluations: () => [] }]
    const later = ownLines(await metrics.render()).join('\n')
    expect(later).not.toMatch(/switchyard_data_age_seconds|switchyard_evaluations_total/)
  })

  it('says how long requests took, by route, method and status', async () => {
    const requests = createRequestDurations()
    requests.observe('/ofrep/v1/evaluate/flags', 'POST', 200, 0.002)
    requests.observe('/ofrep/v1/evaluate/flags', 'POST', 200, 60)
    const page = await (
      await createMetrics({ version: '1', environments: () => [], requests, cache, refusals, reloads: () => noReloads })
    ).render()
    const labels = 'route="/ofrep/v1/evaluate/flags",method="POST",status="200"'
    expect(page).toContain(`switchyard_http_request_duration_seconds_bucket{${labels},le="0.001"} 0\n`)
    expect(page).toContain(`switchyard_http_request_duration_seconds_bucket{${labels},le="0.0025"} 1\n`)
    expect(page).toContain(`switchyard_http_request_duration_seconds_bucket{${labels},le="+Inf"} 2\n`)
    expect(page).toContain(`switchyard_http_request_duration_seconds_sum{${labels}} 60.002\n`)
    expect(page).toContain(`switchyard_http_request_duration_seconds_count{${labels}} 2\n`)
  })

  it('tells about the process too', async () => {
    const page = await emptyPage()
    expect(page).toMatch(/^process_resident_memory_bytes \d+$/m)
    expect(page).toMatch(/^nodejs_eventloop_lag_seconds /m)
  })

  it('explains every metric of its own', async () => {
    const page = await emptyPage()
    const names = page.match(/^# TYPE (switchyard_\w+)/gm) ?? []
    expect(names).toHaveLength(29)
    for (const name of names) expect(page).toContain(`# HELP ${name.slice('# TYPE '.length)} `)
  })
})

describe('request durations', () => {
  it('keep a bounded number of series', () => {
    const requests = createRequestDurations()
    for (let index = 0; index < 1_000; index += 1) requests.observe(`/${index}`, 'GET', 200, 0.1)
    expect(requests.read()).toHaveLength(501)
    expect(requests.read().at(-1)).toMatchObject({ route: 'other', method: 'other', status: 'other' })
  })
})

describe('a histogram', () => {
  it('counts a value in the first bucket that is not below it', () => {
    const histogram = createHistogram([1, 2])
    for (const value of [0, 1, 1.5, 2, 3, Number.NaN]) histogram.observe(value)
    expect(histogram.read()).toEqual({ cumulative: [2, 4, 5], sum: 7.5, count: 5 })
  })
})
