import { describe, expect, it } from 'vitest'
import type { EvaluationSeries } from '../../src/telemetry/evaluation-totals.js'
import { createRefusalCounts } from '../../src/telemetry/refusal-counts.js'
import type { PlaneReading } from '../../src/workers/plane-reading.js'
import { createSummedCounts } from '../../src/workers/summed-counts.js'

const noRefusals = createRefusalCounts().read()

/** What a worker tells that has answered so many requests, each an evaluation of one flag, and has one stream open. */
function readingOf(answered: number, evaluations = [seriesOf('a', answered)]): PlaneReading {
  return {
    requests: [
      {
        route: '/r',
        method: 'POST',
        status: '200',
        bounds: [1, 2],
        cumulative: [answered, answered, answered],
        sum: answered / 2,
        count: answered,
      },
    ],
    cache: { hits: answered, misses: 1, entries: 2, bytes: 30 },
    refusals: { ...noRefusals, rate: answered },
    isOverloaded: false,
    environments: {
      shop: {
        requests: answered,
        evaluations,
        streams: [{ kind: 'ofrep', open: 1, sent: { message: answered }, ended: { age: 1 } }],
      },
    },
  }
}

function seriesOf(flagKey: string, count: number): EvaluationSeries {
  return { flagKey, variant: 'on', reason: 'STATIC', count }
}

describe('what workers count', () => {
  it('is added up', () => {
    const { counters, usageOf, report } = createSummedCounts()
    report(1, readingOf(3))
    report(2, readingOf(4))
    const [series] = counters.requests.read()
    expect(series).toMatchObject({ route: '/r', method: 'POST', status: '200' })
    expect(series?.histogram.read()).toEqual({ cumulative: [7, 7, 7], sum: 3.5, count: 7 })
    expect(counters.cache.statistics).toEqual({ hits: 7, misses: 2, entries: 4, bytes: 60 })
    expect(counters.refusals.read()).toEqual({ ...noRefusals, rate: 7 })
    expect(counters.streams.read('shop')).toEqual([{ kind: 'ofrep', open: 2, sent: { message: 7 }, ended: { age: 2 } }])
    expect(usageOf('shop').read()).toEqual([seriesOf('a', 7)])
    expect(usageOf('shop').requests()).toBe(7)
  })

  it('is what each told last', () => {
    const { usageOf, counters, report } = createSummedCounts()
    for (const answered of [3, 5, 5, 9]) report(1, readingOf(answered))
    expect(usageOf('shop').read()).toEqual([seriesOf('a', 9)])
    expect(counters.requests.read()[0]?.histogram.read().count).toBe(9)
  })

  it('stays when a worker dies and another begins at zero; what it held is gone', () => {
    const { counters, usageOf, report, retire } = createSummedCounts()
    report(1, readingOf(3))
    report(2, readingOf(4))
    retire(1)
    expect(counters.requests.read()[0]?.histogram.read().count).toBe(7)
    expect(counters.streams.read('shop')).toMatchObject([{ open: 1, sent: { message: 7 } }])
    expect(counters.cache.statistics).toEqual({ hits: 7, misses: 2, entries: 2, bytes: 30 })
    report(1, readingOf(1))
    expect(usageOf('shop').read()).toEqual([seriesOf('a', 8)])
    expect(usageOf('shop').requests()).toBe(8)
    retire(1)
    retire(1)
    expect(counters.requests.read()[0]?.histogram.read().count).toBe(8)
  })

  it('never falls, though there are more flags in all workers together than series', () => {
    const { usageOf, report } = createSummedCounts()
    const flags = (prefix: string, count: number): EvaluationSeries[] =>
      Array.from({ length: 1_500 }, (_, index) => seriesOf(`${prefix}-${index}`, count))
    const before = new Map<string, number>()
    for (const [worker, prefix, count] of [
      [2, 'two', 1],
      [1, 'one', 1],
      [2, 'two', 3],
      [1, 'one', 2],
    ] as const) {
      report(worker, readingOf(count, flags(prefix, count)))
      for (const { flagKey, count: now } of usageOf('shop').read()) {
        expect(now).toBeGreaterThanOrEqual(before.get(flagKey) ?? 0)
        before.set(flagKey, now)
      }
    }
    const sum = [...before.values()].reduce((all, count) => all + count, 0)
    expect(sum).toBe(1_500 * 5)
  })

  it('goes on where a worker has forgotten a flag that was gone and counts it anew', () => {
    const { usageOf, report } = createSummedCounts()
    report(1, readingOf(5))
    report(1, readingOf(2))
    expect(usageOf('shop').read()).toEqual([seriesOf('a', 7)])
  })
})
