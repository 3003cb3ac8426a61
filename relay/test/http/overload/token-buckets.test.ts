import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenBuckets } from '../../../src/http/overload/token-buckets.js'

const key = {}

describe('a token bucket', () => {
  it('gives what it holds at once, then as fast as tokens come', () => {
    const buckets = createTokenBuckets({ perSecond: 10, burst: 3 })
    expect([0, 0, 0].map((nowMs) => buckets.take(key, nowMs))).toEqual([0, 0, 0])
    expect(buckets.take(key, 0)).toBe(100)
    expect(buckets.take(key, 60)).toBeCloseTo(40)
    expect(buckets.take(key, 100)).toBe(0)
    expect(buckets.take(key, 100)).toBe(100)
  })

  it('is full again after a while, and holds no more than it can', () => {
    const buckets = createTokenBuckets({ perSecond: 10, burst: 2 })
    for (const nowMs of [0, 0, 1_000_000, 1_000_000]) expect(buckets.take(key, nowMs)).toBe(0)
    expect(buckets.take(key, 1_000_000)).toBeGreaterThan(0)
  })

  it('is nobody else’s', () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1 })
    const other = {}
    expect([buckets.take(key, 0), buckets.take(other, 0)]).toEqual([0, 0])
    expect(buckets.take(key, 0)).toBe(1_000)
  })

  it('is never empty where there is no rate', () => {
    const buckets = createTokenBuckets({ perSecond: 0, burst: 1 })
    expect(Array.from({ length: 100 }, () => buckets.take(key, 0))).toEqual(Array(100).fill(0))
  })

  it('gives no more than a whole bucket and what has come meanwhile, whenever it is asked', () => {
    const askings = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: 50 }),
        askings,
        (perSecond, burst, gaps) => {
          const buckets = createTokenBuckets({ perSecond, burst })
          let nowMs = 0
          let taken = 0
          for (const gapMs of gaps) {
            nowMs += gapMs
            const waitMs = buckets.take(key, nowMs)
            if (waitMs === 0) taken += 1
            // Whoever waits for as long gets the token.
            else expect(waitMs).toBeLessThanOrEqual(1_000 / perSecond + 1e-6)
            expect(taken).toBeLessThanOrEqual(burst + (nowMs * perSecond) / 1_000 + 1e-3)
          }
        },
      ),
    )
  })
})
