import type { Variation } from './document.js'

/** The buckets from `from` up to but not including `to` are a variation's. */
export interface Range {
  readonly from: number
  readonly to: number
  readonly variation: Variation
}

const bucketCount = 100

/**
 * Which buckets each variation has: those below the sum of the weights so far that no variation before it has. The sum is a
 * signed 8-bit integer and wraps around; whatever is left is the last variation's.
 *
 * @returns ranges without gaps from 0 to 100, in the document's order; variations without a bucket have none
 * @see flagbase/flagbase, `core/pkg/evaluator/bucket.go`
 */
export function rangesOf(variations: readonly Variation[]): Range[] {
  const ranges: Range[] = []
  let sum = 0
  let from = 0
  for (const [index, variation] of variations.entries()) {
    sum = ((sum + variation.weight) << 24) >> 24
    const to = index === variations.length - 1 ? bucketCount : Math.min(sum, bucketCount)
    if (to <= from) continue
    ranges.push({ from, to, variation })
    from = to
  }
  return ranges
}
