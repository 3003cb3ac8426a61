import { describe, expect, it } from 'vitest'
import { createResponseCache, type CachedAnswer, type ResponseCache } from '../../src/http/response-cache.js'

const answer = (length: number, expiresAtMs = Infinity): CachedAnswer => ({
  outcomes: [],
  body: 'x'.repeat(length),
  validator: 'v',
  expiresAtMs,
})

/** Asked for and answered twice. */
function keep(cache: ResponseCache, key: string, kept: CachedAnswer): void {
  cache.set(key, kept)
  cache.set(key, kept)
}

describe('the response cache', () => {
  it('gives back what was put in, and counts', () => {
    const cache = createResponseCache(10_000)
    const kept = answer(10)
    keep(cache, 'a', kept)
    expect(cache.get('a', 0)).toBe(kept)
    expect(cache.get('b', 0)).toBeUndefined()
    expect(cache.statistics).toEqual({ hits: 1, misses: 1, entries: 1, bytes: 310 })
  })

  it('keeps nothing that was asked for only once', () => {
    const cache = createResponseCache(10_000)
    cache.set('a', answer(10))
    expect(cache.get('a', 0)).toBeUndefined()
    cache.set('a', answer(10))
    expect(cache.get('a', 0)).toBeDefined()
  })

  it('keeps no answer past the next change of a flag that reads the clock', () => {
    const cache = createResponseCache(10_000)
    keep(cache, 'a', answer(10, 1_000))
    expect(cache.get('a', 999)).toBeDefined()
    expect(cache.get('a', 1_000)).toBeUndefined()
  })

  it('forgets what was asked for least recently when its bytes are used up', () => {
    const cache = createResponseCache(4_000)
    for (const key of ['a', 'b', 'c', 'd']) keep(cache, key, answer(600))
    cache.get('a', 0)
    keep(cache, 'e', answer(600))
    expect(['a', 'b', 'e'].map((key) => cache.get(key, 0) !== undefined)).toEqual([true, false, true])
    expect(cache.statistics.bytes).toBeLessThanOrEqual(4_000)
  })

  it('does not keep one answer at the cost of all others', () => {
    const cache = createResponseCache(4_000)
    keep(cache, 'a', answer(1_000))
    expect(cache.get('a', 0)).toBeUndefined()
  })

  it('keeps nothing when it may hold no bytes', () => {
    const cache = createResponseCache(0)
    keep(cache, 'a', answer(1))
    expect(cache.get('a', 0)).toBeUndefined()
  })
})
