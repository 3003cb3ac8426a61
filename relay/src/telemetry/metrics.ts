/** The metrics page. Nothing is counted here: counters live where things happen and are read when somebody asks. */
import type { Counter, Gauge, Metric, Registry } from 'prom-client'
import type { EvaluationSeries } from './evaluation-totals.js'
import type { ReadableHistogram } from './histogram.js'
import { keyExpiry, type KeyDate } from './key-expiry.js'
import type { RefusalCounts } from './refusal-counts.js'
import { refusalsMetric } from './refusal-metrics.js'
import { reloadMetrics, reloadOutcomes, type ReloadReading } from './reload-metrics.js'
import type { RequestDurations } from './request-durations.js'
import { countPassedOver, type StoreReading } from './store-reading.js'
import type { StreamReading } from './stream-counts.js'
import { transportMetrics, type TransportReading } from './transport-metrics.js'
import { workerMetrics } from './worker-metrics.js'
import type { WorkerReading } from './worker-reading.js'

/** What the metrics say of one environment, read at scrape time. */
export interface EnvironmentReading {
  readonly name: string
  readonly state: (typeof states)[number]
  readonly flagCount: number
  /** How many revisions have been served. */
  readonly revisionCount: number
  /** Seconds since the upstream last confirmed what is served; null without data. */
  readonly ageSeconds: number | null
  readonly fetches: Readonly<Record<string, number>>
  readonly propagation: ReadableHistogram
  /** Whether something is held back, and why. */
  readonly held: 'activated' | 'blast-radius' | null
  readonly stores: readonly StoreReading[]
  readonly evaluations: () => readonly EvaluationReading[]
  readonly streams: readonly StreamReading[]
  /** What this replica does for it; null where replicas share nothing. */
  readonly role: (typeof roles)[number] | null
  /** Batches of counts that in-process providers have sent, by what came of them. */
  readonly usageBatches: Readonly<Record<string, number>>
  /** Of its keys, those that have a date. */
  readonly keyDates: readonly KeyDate[]
}

export interface EvaluationReading extends EvaluationSeries {
  /** Where it was evaluated: `remote` = by the relay, `in-process` = by a provider in its application. */
  readonly mode: 'remote' | 'in-process'
}

export interface MetricsOptions {
  readonly version: string
  readonly environments: () => readonly EnvironmentReading[]
  readonly requests: Pick<RequestDurations, 'read'>
  readonly cache: () => CacheReading
  readonly refusals: Pick<RefusalCounts, 'isOverloaded' | 'read'>
  readonly reloads: () => ReloadReading
  /** Absent where there is no Redis. */
  readonly redis?: RedisReading
  /** Absent where the relay serves by itself. */
  readonly workers?: () => readonly WorkerReading[]
  /** Absent where nothing is known of connections. */
  readonly transport?: () => TransportReading
}

/** What the metrics say of the cache of answers. */
export interface CacheReading {
  readonly hits: number
  readonly misses: number
  readonly entries: number
  readonly bytes: number
}

/** What the metrics say of the connection to Redis, read at scrape time. */
export interface RedisReading {
  readonly isConnected: boolean
  /** Commands that failed. */
  readonly errors: number
}

export interface Metrics {
  readonly contentType: string
  /** The page in Prometheus' text format. */
  render(): Promise<string>
}

type Labels = Readonly<Record<string, string>>
type Sample = readonly [labels: Labels, value: number]

/**
 * Creates the metrics page and begins to watch the process itself. Every metric is explained in `docs/metrics.md`. The library
 * is loaded here, as the first answer of the relay does not need it.
 */
export async function createMetrics(options: MetricsOptions): Promise<Metrics> {
  const { Counter, Gauge, Registry, collectDefaultMetrics } = await import('prom-client')
  const registry = new Registry()
  // Finer steps wake up an idle process for nothing.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 })
  registry.registerMetric(buildInfo(Gauge, options.version))
  for (const { kind, name, help, labels, read } of environmentMetrics) {
    const metric = new { counter: Counter, gauge: Gauge }[kind]({
      name,
      help,
      labelNames: ['environment', ...labels],
      registers: [],
      collect() {
        this.reset()
        for (const environment of options.environments()) {
          for (const [own, value] of read(environment)) this.inc({ environment: environment.name, ...own }, value)
        }
      },
    })
    registry.registerMetric(metric)
  }
  const library = { Counter, Gauge }
  const others = [
    ...plainMetrics(options).map((metric) => plainMetric(library, metric)),
    refusalsMetric(Counter, options.refusals),
    ...(options.workers ? workerMetrics(library, options.workers) : []),
    ...(options.transport ? transportMetrics(library, options.transport) : []),
    reloadOutcomes(Counter, options.reloads),
  ]
  for (const metric of others) registry.registerMetric(metric)
  for (const histogram of histograms(options)) registerHistogram(registry, histogram)
  return { contentType: registry.contentType, render: () => registry.metrics() }
}

function plainMetric(
  library: { readonly Counter: typeof Counter; readonly Gauge: typeof Gauge },
  { kind, name, help, read }: PlainMetric,
): Metric {
  return new { counter: library.Counter, gauge: library.Gauge }[kind]({
    name,
    help,
    registers: [],
    collect() {
      this.reset()
      this.inc(read())
    },
  })
}

/** Metrics without labels. */
interface PlainMetric {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly read: () => number
}

function plainMetrics({ cache, refusals, reloads, redis }: MetricsOptions): readonly PlainMetric[] {
  const always: readonly PlainMetric[] = [
    ...cacheMetrics.map((metric) => ({ ...metric, read: () => metric.read(cache()) })),
    ...reloadMetrics.map((metric) => ({ ...metric, read: () => metric.read(reloads()) })),
    {
      kind: 'gauge',
      name: 'switchyard_overloaded',
      help: '1 while only answers made before are given, because the event loop is late.',
      read: () => (refusals.isOverloaded ? 1 : 0),
    },
  ]
  if (redis === undefined) return always
  return [
    ...always,
    {
      kind: 'gauge',
      name: 'switchyard_redis_connected',
      help: '1 while there is a connection to Redis. Absent without Redis.',
      read: () => (redis.isConnected ? 1 : 0),
    },
    {
      kind: 'counter',
      name: 'switchyard_redis_errors_total',
      help: 'Commands to Redis that failed. Absent without Redis.',
      read: () => redis.errors,
    },
  ]
}

function buildInfo(GaugeOfLibrary: typeof Gauge, version: string): Gauge {
  const gauge = new GaugeOfLibrary({
    name: 'switchyard_build_info',
    help: 'Always 1; what runs here is in the labels.',
    labelNames: ['version', 'node'],
    registers: [],
  })
  gauge.set({ version, node: process.versions.node }, 1)
  return gauge
}

/** A metric of an environment; the label `environment` is added to each of its samples. */
interface EnvironmentMetric {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly read: (environment: EnvironmentReading) => readonly Sample[]
}

const states = ['waiting', 'fresh', 'stale', 'degraded', 'disconnected'] as const

const roles = ['starting', 'leader', 'follower', 'alone'] as const

const environmentMetrics: readonly EnvironmentMetric[] = [
  {
    kind: 'gauge',
    name: 'switchyard_environment_state',
    help: '1 for the state an environment is in, 0 for the others.',
    labels: ['state'],
    read: ({ state }) => states.map((each) => [{ state: each }, each === state ? 1 : 0]),
  },
  {
    kind: 'gauge',
    name: 'switchyard_replica_role',
    help: '1 for what this replica does for an environment, 0 for the rest. Absent without Redis.',
    labels: ['role'],
    read: ({ role }) => (role === null ? [] : roles.map((each) => [{ role: each }, each === role ? 1 : 0])),
  },
  keyExpiry,
  {
    kind: 'gauge',
    name: 'switchyard_environment_flags',
    help: 'Number of flags that are served.',
    labels: [],
    read: ({ flagCount }) => [[{}, flagCount]],
  },
  {
    kind: 'counter',
    name: 'switchyard_revisions_total',
    help: 'Revisions that have been served since the start.',
    labels: [],
    read: ({ revisionCount }) => [[{}, revisionCount]],
  },
  {
    kind: 'gauge',
    name: 'switchyard_data_age_seconds',
    help: 'Time since the upstream last confirmed what is served. Absent while there is no data.',
    labels: [],
    read: ({ ageSeconds }) => (ageSeconds === null ? [] : [[{}, ageSeconds]]),
  },
  {
    kind: 'gauge',
    name: 'switchyard_held',
    help: '1 while what the upstream has is held back, for that reason.',
    labels: ['reason'],
    read: ({ held }) => (['activated', 'blast-radius'] as const).map((reason) => [{ reason }, held === reason ? 1 : 0]),
  },
  {
    kind: 'gauge',
    name: 'switchyard_store_failing',
    help: '1 while snapshots cannot be kept in a store.',
    labels: ['store'],
    read: ({ stores }) => stores.map(({ name, isFailing }) => [{ store: name }, isFailing ? 1 : 0]),
  },
  {
    kind: 'gauge',
    name: 'switchyard_store_passed_over',
    help: 'What is in a store and is not taken, by what it is and why.',
    labels: ['store', 'kind', 'reason'],
    read: ({ stores }) => stores.flatMap(({ name, passedOver }) => countPassedOver(name, passedOver)),
  },
  {
    kind: 'counter',
    name: 'switchyard_store_writes_total',
    help: 'Snapshots that were written to a store, and attempts that failed.',
    labels: ['store', 'outcome'],
    read: ({ stores }) =>
      stores.flatMap(({ name, writes }) =>
        Object.entries(writes).map(([outcome, count]) => [{ store: name, outcome }, count] as const),
      ),
  },
  {
    kind: 'counter',
    name: 'switchyard_upstream_fetches_total',
    help: 'Looks at the upstream, by what came of them.',
    labels: ['outcome'],
    read: ({ fetches }) => Object.entries(fetches).map(([outcome, count]) => [{ outcome }, count]),
  },
  {
    kind: 'counter',
    name: 'switchyard_evaluations_total',
    help: 'Answers given, by flag, variant and reason, by the relay and inside applications.',
    labels: ['flag', 'variant', 'reason', 'mode'],
    read: ({ evaluations }) =>
      evaluations().map(({ flagKey, variant, reason, mode, count }) => [
        { flag: flagKey, variant, reason, mode },
        count,
      ]),
  },
  {
    kind: 'counter',
    name: 'switchyard_usage_batches_total',
    help: 'Batches of counts from in-process providers, by what came of them.',
    labels: ['outcome'],
    read: ({ usageBatches }) => Object.entries(usageBatches).map(([outcome, count]) => [{ outcome }, count]),
  },
  {
    kind: 'gauge',
    name: 'switchyard_streams',
    help: 'Event streams that are open.',
    labels: ['kind'],
    read: ({ streams }) => streams.map(({ kind, open }) => [{ kind }, open]),
  },
  {
    kind: 'counter',
    name: 'switchyard_stream_events_total',
    help: 'Events sent on streams, each client counted.',
    labels: ['kind', 'event'],
    read: ({ streams }) =>
      streams.flatMap(({ kind, sent }) => Object.entries(sent).map(([event, count]) => [{ kind, event }, count])),
  },
  {
    kind: 'counter',
    name: 'switchyard_streams_ended_total',
    help: 'Streams that have ended, by why.',
    labels: ['kind', 'reason'],
    read: ({ streams }) =>
      streams.flatMap(({ kind, ended }) => Object.entries(ended).map(([reason, count]) => [{ kind, reason }, count])),
  },
]

interface CacheMetric {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly read: (cache: CacheReading) => number
}

const cacheMetrics: readonly CacheMetric[] = [
  {
    kind: 'counter',
    name: 'switchyard_response_cache_hits_total',
    help: 'Answers with all flags that were taken from the cache.',
    read: ({ hits }) => hits,
  },
  {
    kind: 'counter',
    name: 'switchyard_response_cache_misses_total',
    help: 'Answers with all flags that were not in the cache.',
    read: ({ misses }) => misses,
  },
  {
    kind: 'gauge',
    name: 'switchyard_response_cache_entries',
    help: 'Answers in the cache.',
    read: ({ entries }) => entries,
  },
  {
    kind: 'gauge',
    name: 'switchyard_response_cache_bytes',
    help: 'Room that the answers in the cache take.',
    read: ({ bytes }) => bytes,
  },
]

interface HistogramMetric {
  readonly name: string
  readonly help: string
  readonly read: () => readonly (readonly [labels: Labels, histogram: ReadableHistogram])[]
}

function histograms({ environments, requests }: MetricsOptions): HistogramMetric[] {
  return [
    {
      name: 'switchyard_http_request_duration_seconds',
      help: 'How long requests to the data plane took.',
      read: () => requests.read().map(({ histogram, ...labels }) => [labels, histogram]),
    },
    {
      name: 'switchyard_propagation_delay_seconds',
      help: 'From a change upstream until it is served here.',
      read: () => environments().map(({ name, propagation }) => [{ environment: name }, propagation]),
    },
  ]
}

/**
 * The library can only fill its own histograms, with labels looked up at every observation. This one is ours, in the shape the
 * registry reads.
 */
function registerHistogram(registry: Registry, { name, help, read }: HistogramMetric): void {
  const get = (): object => ({
    name,
    help,
    type: 'histogram',
    values: read().flatMap(([labels, histogram]) => samples(name, labels, histogram)),
  })
  registry.registerMetric({ name, help, get } as unknown as Metric)
}

function samples(name: string, labels: Labels, histogram: ReadableHistogram): object[] {
  const { cumulative, sum, count } = histogram.read()
  const buckets = cumulative.map((value, index) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: histogram.bounds[index] ?? '+Inf' },
    value,
  }))
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
