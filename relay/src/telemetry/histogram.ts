/** Counts durations in buckets. Plain increments, so that it may stand on the request path; read at scrape time. */

export interface Histogram extends ReadableHistogram {
  /** @param value not negative; NaN is left out */
  observe(value: number): void
}

export interface ReadableHistogram {
  /** Upper bounds, ascending, inclusive; the bucket above the last is not listed. */
  readonly bounds: readonly number[]
  read(): HistogramReading
}

export interface HistogramReading {
  /** How many values were at most the bound of the same place; the last one counts all. */
  readonly cumulative: readonly number[]
  readonly sum: number
  readonly count: number
}

/** Creates an empty histogram over ascending upper bounds. */
export function createHistogram(bounds: readonly number[]): Histogram {
  const counts = new Float64Array(bounds.length + 1)
  let sum = 0
  return {
    bounds,
    observe: (value) => {
      if (Number.isNaN(value)) return
      let bucket = 0
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1
      counts[bucket] = (counts[bucket] as number) + 1
      sum += value
    },
    read: () => {
      let count = 0
      const cumulative = Array.from(counts, (own) => (count += own))
      return { cumulative, sum, count }
    },
  }
}
