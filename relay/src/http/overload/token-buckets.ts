/** A token bucket for each key: how many evaluations it may have, at once and over time. */

export interface TokenBuckets<Key extends object> {
  /**
   * Takes a token out of the bucket of a key.
   *
   * @param nowMs of a clock that never goes back
   * @returns 0 where there was one, otherwise the milliseconds until there is; nothing is taken then
   */
  take(key: Key, nowMs: number): number
}

export interface TokenBucketOptions {
  /** Tokens that come in a second; 0: no bucket is ever empty. */
  readonly perSecond: number
  /** How many a full bucket holds; at least 1. */
  readonly burst: number
}

/**
 * A bucket is one number: when it will be full again. A token that is taken moves that moment on by the time in which one comes, and
 * it must not come to lie further ahead than a whole bucket takes to fill.
 */
interface Bucket {
  fullAtMs: number
}

/** Creates buckets, full; one goes with its key. */
export function createTokenBuckets<Key extends object>({ perSecond, burst }: TokenBucketOptions): TokenBuckets<Key> {
  if (perSecond === 0) return { take: () => 0 }
  const buckets = new WeakMap<Key, Bucket>()
  const tokenMs = 1_000 / perSecond
  const wholeMs = burst * tokenMs
  return {
    take(key, nowMs) {
      let bucket = buckets.get(key)
      if (bucket === undefined) buckets.set(key, (bucket = { fullAtMs: nowMs }))
      const fullAtMs = Math.max(bucket.fullAtMs, nowMs) + tokenMs
      const waitMs = fullAtMs - nowMs - wholeMs
      // Sums of fractions are not exact: a thousandth of a millisecond is no wait.
      if (waitMs > 1e-3) return waitMs
      bucket.fullAtMs = fullAtMs
      return 0
    },
  }
}
