/** How long requests took, by route template, method and status. */
import { createHistogram, type Histogram, type ReadableHistogram } from './histogram.js'

/** Seconds. The relay answers from memory, so most of the bounds are below ten milliseconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Routes, methods and statuses are few; a mistake in a caller must not make them many. */
const maxSeries = 500

/** Where requests are counted that find no room; no answer has that status. */
const overflow = { route: 'other', method: 'other', status: 0 } as const

export interface RequestDurations {
  /**
   * Counts one answered request. Cheap enough for the request path.
   *
   * @param routeTemplate as the route table has it, never the address that was asked for
   */
  observe(routeTemplate: string, method: string, status: number, durationSeconds: number): void
  read(): readonly RequestSeries[]
}

export interface RequestSeries {
  readonly route: string
  readonly method: string
  readonly status: string
  readonly histogram: ReadableHistogram
}

/** Creates a table without any request. */
export function createRequestDurations(): RequestDurations {
  /** By route, then status, then method: looking up three names is quicker than making one of them. */
  const byRoute = new Map<string, Map<number, Map<string, Histogram>>>()
  const series: (RequestSeries & { readonly histogram: Histogram })[] = []
  const find = (route: string, method: string, status: number): Histogram =>
    byRoute.get(route)?.get(status)?.get(method) ?? begin(route, method, status)

  function begin(route: string, method: string, status: number): Histogram {
    if (series.length >= maxSeries && route !== overflow.route) {
      return find(overflow.route, overflow.method, overflow.status)
    }
    const byStatus = entryOf(byRoute, route, () => new Map<number, Map<string, Histogram>>())
    const byMethod = entryOf(byStatus, status, () => new Map<string, Histogram>())
    const histogram = createHistogram(bounds)
    byMethod.set(method, histogram)
    series.push({ route, method, status: status === overflow.status ? 'other' : String(status), histogram })
    return histogram
  }

  return {
    observe: (routeTemplate, method, status, durationSeconds) =>
      find(routeTemplate, method, status).observe(durationSeconds),
    read: () => [...series],
  }
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}
