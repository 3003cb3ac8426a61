/** Adds up what planes have counted. */
import { createRefusalCounts } from '../telemetry/refusal-counts.js'
import type { StreamReading } from '../telemetry/stream-counts.js'
import type { PlaneReading, RequestReading } from './plane-reading.js'

const noRefusals = createRefusalCounts().read()

/** Of a worker that has done nothing. */
export const nothing: PlaneReading = {
  requests: [],
  cache: { hits: 0, misses: 0, entries: 0, bytes: 0 },
  refusals: noRefusals,
  isOverloaded: false,
  environments: {},
}

/** What remains of a worker that is gone: its counts, and not what was open or held in it. */
export function withoutGauges(reading: PlaneReading): PlaneReading {
  const environments = Object.entries(reading.environments).map(([name, { requests, streams }]) => {
    return [name, { requests, evaluations: [], streams: streams.map((line) => ({ ...line, open: 0 })) }] as const
  })
  return {
    ...reading,
    cache: { ...reading.cache, entries: 0, bytes: 0 },
    isOverloaded: false,
    environments: Object.fromEntries(environments),
  }
}

/** The sum of two readings, but for their evaluations, which `createSummedEvaluations` adds up. */
export function addReadings(a: PlaneReading, b: PlaneReading): PlaneReading {
  const names = new Set([...Object.keys(a.environments), ...Object.keys(b.environments)])
  return {
    requests: addRequests(a.requests, b.requests),
    cache: addRecords(a.cache, b.cache),
    refusals: addRecords(a.refusals, b.refusals),
    isOverloaded: a.isOverloaded || b.isOverloaded,
    environments: Object.fromEntries(
      Array.from(names, (name) => {
        const readings = [a, b].flatMap(({ environments }) => environments[name] ?? [])
        const requests = readings.reduce((sum, reading) => sum + reading.requests, 0)
        return [name, { requests, evaluations: [], streams: addStreams(readings.flatMap(({ streams }) => streams)) }]
      }),
    ),
  }
}

function addRecords<Name extends string>(
  a: Readonly<Partial<Record<Name, number>>>,
  b: Readonly<Partial<Record<Name, number>>>,
): Record<Name, number> {
  const sum: Partial<Record<string, number>> = { ...a }
  for (const [name, count] of Object.entries<number | undefined>(b)) sum[name] = (sum[name] ?? 0) + (count ?? 0)
  return sum as Record<Name, number>
}

function addRequests(a: readonly RequestReading[], b: readonly RequestReading[]): readonly RequestReading[] {
  return merge([...a, ...b], seriesId, (one, other) => ({
    ...one,
    // Bounds are the same in every process of one version.
    cumulative: one.cumulative.map((count, index) => count + (other.cumulative[index] ?? 0)),
    sum: one.sum + other.sum,
    count: one.count + other.count,
  }))
}

function addStreams(streams: readonly StreamReading[]): readonly StreamReading[] {
  return merge(
    streams,
    ({ kind }) => kind,
    (one, other) => ({
      kind: one.kind,
      open: one.open + other.open,
      sent: addRecords(one.sent, other.sent),
      ended: addRecords(one.ended, other.ended),
    }),
  )
}

function merge<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  add: (one: Item, other: Item) => Item,
): Item[] {
  const byId = new Map<string, Item>()
  for (const item of items) {
    const known = byId.get(idOf(item))
    byId.set(idOf(item), known === undefined ? item : add(known, item))
  }
  return [...byId.values()]
}

function seriesId({ route, method, status }: RequestReading): string {
  return `${route} ${method} ${status}`
}
