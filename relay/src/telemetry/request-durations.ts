/** How long requests took, by route template, method and status. */
import { createHistogram, type Histogram, type ReadableHistogram } from './histogram.js'

/** Seconds. The relay answers from memory, so most of the bounds are below ten milliseconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Routes, methods and statuses are few; a mistake in a caller must not make them many. */
const maxSeries = 500

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
  const series = new Map<string, RequestSeries & { readonly histogram: Histogram }>()
  const find = (route: string, method: string, status: string): Histogram => {
    const id = `${route} ${method} ${status}`
    const known = series.get(id)
    if (known !== undefined) return known.histogram
    if (series.size >= maxSeries && route !== 'other') return find('other', 'other', 'other')
    const histogram = createHistogram(bounds)
    series.set(id, { route, method, status, histogram })
    return histogram
  }
  return {
    observe: (routeTemplate, method, status, durationSeconds) =>
      find(routeTemplate, method, String(status)).observe(durationSeconds),
    read: () => [...series.values()],
  }
}
