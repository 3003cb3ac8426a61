import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EnvironmentState } from '../../src/environments/environment.js'
import { Freshness, isForSomebody } from '../../src/environments/freshness.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** With data, unless told otherwise; `told` is what it said, in order, each once. */
function start({ staleAfterMs = 0, disconnectedAfterMs = 60_000, hasData = true } = {}) {
  const told: EnvironmentState[] = []
  const freshness = new Freshness({ staleAfterMs, disconnectedAfterMs }, (state) => {
    if (told.at(-1) !== state) told.push(state)
  })
  if (hasData) freshness.hasData()
  return { freshness, told }
}

describe('the freshness of an environment', () => {
  it('waits while there is no data, whatever happens', () => {
    const { freshness, told } = start({ hasData: false })
    freshness.failed()
    vi.advanceTimersByTime(600_000)
    freshness.answered(false)
    expect(told).toEqual(['waiting'])
  })

  it('is stale at the first failure, disconnected when they go on, and fresh with the next answer', () => {
    const { freshness, told } = start()
    freshness.answered(true)
    freshness.failed()
    vi.advanceTimersByTime(59_999)
    freshness.failed()
    expect(told).toEqual(['fresh', 'stale'])
    vi.advanceTimersByTime(1)
    freshness.failed()
    expect(told).toEqual(['fresh', 'stale', 'disconnected'])
    freshness.answered(true)
    vi.advanceTimersByTime(600_000)
    expect(told).toEqual(['fresh', 'stale', 'disconnected', 'fresh'])
  })

  it('overlooks failures for as long as the configuration says', () => {
    const { freshness, told } = start({ staleAfterMs: 10_000 })
    freshness.answered(true)
    freshness.failed()
    vi.advanceTimersByTime(9_999)
    freshness.answered(true)
    freshness.failed()
    vi.advanceTimersByTime(9_999)
    expect(told).toEqual(['fresh'])
    vi.advanceTimersByTime(1)
    expect(told).toEqual(['fresh', 'stale'])
  })

  it('is disconnected in time even where that comes before it is stale', () => {
    const { freshness, told } = start({ staleAfterMs: 120_000 })
    freshness.answered(true)
    freshness.failed()
    vi.advanceTimersByTime(600_000)
    expect(told).toEqual(['fresh', 'disconnected'])
  })

  it('is degraded while the upstream answers with what cannot be served, however long', () => {
    const { freshness, told } = start()
    freshness.failed()
    freshness.answered(false)
    vi.advanceTimersByTime(600_000)
    expect(told).toEqual(['stale', 'degraded'])
  })

  it('is stale with data from before the start, and disconnected if nobody answers for long', () => {
    const { freshness, told } = start({ staleAfterMs: 30_000 })
    freshness.unconfirmed()
    vi.advanceTimersByTime(60_000)
    expect(told).toEqual(['stale', 'disconnected'])
  })

  it('says nothing any more once it is closed', () => {
    const { freshness, told } = start()
    freshness.failed()
    freshness.close()
    vi.advanceTimersByTime(600_000)
    expect(told).toEqual(['stale'])
  })

  it('tells failures that heal by themselves from those that need somebody', () => {
    expect([isForSomebody('UPSTREAM_UNAUTHORIZED'), isForSomebody('UPSTREAM_TIMEOUT')]).toEqual([true, false])
  })
})
