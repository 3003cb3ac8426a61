import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compile, seal, type Changes, type Flag } from '@switchyard/engine'
import type { Served } from '../../../src/environments/environment.js'
import { createScheduledChanges } from '../../../src/http/streams/scheduled-changes.js'

const dayMs = 24 * 60 * 60 * 1_000

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A revision with one flag for each of these. */
function servedWith(...changes: Changes[]): Served {
  const flagOf = (each: Changes): Flag => ({
    outcomes: [{ reason: 'STATIC' }],
    decide: { rules: [{ when: ['lt', ['now'], 0], then: 0 }], else: 0 },
    changes: each,
  })
  const flags = Object.fromEntries(changes.map((each, index) => [`f${index}`, flagOf(each)]))
  const ruleset = seal({ ruleset: 1, dialects: [], flags })
  return { snapshot: compile(ruleset).snapshot, revision: ruleset.revision, sequence: 1, fence: 0, sinceMs: 0 }
}

/** When changes are told, in epoch milliseconds. */
function follow(...revisions: Served[]): { readonly toldAt: number[]; readonly close: () => void } {
  const toldAt: number[] = []
  const scheduled = createScheduledChanges(Date.now, () => toldAt.push(Date.now()))
  for (const served of revisions) scheduled.follow(served)
  return { toldAt, close: scheduled.close }
}

describe('scheduled changes', () => {
  it('are told at each hour of each flag', () => {
    const { toldAt } = follow(servedWith([3_000, 1_000], [2_000], 'always'))
    vi.advanceTimersByTime(10_000)
    expect(toldAt).toEqual([1_000, 2_000, 3_000])
  })

  it('are told in time when they are further away than timers reach', () => {
    const { toldAt } = follow(servedWith([60 * dayMs]))
    vi.advanceTimersByTime(60 * dayMs - 1)
    expect(toldAt).toEqual([])
    vi.advanceTimersByTime(1)
    expect(toldAt).toEqual([60 * dayMs])
  })

  it.each<[name: string, changes: Changes[]]>([
    ['without flags', []],
    ['whose flags may change at any time', ['always']],
    ['whose hours are over', [[0, -1_000]]],
  ])('are none in a revision %s', (_, changes) => {
    follow(servedWith(...changes))
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of an earlier revision are forgotten, and all of them at the end', () => {
    const { toldAt, close } = follow(servedWith([1_000]), servedWith([2_000, 3_000]))
    vi.advanceTimersByTime(2_000)
    expect(toldAt).toEqual([2_000])
    close()
    expect(vi.getTimerCount()).toBe(0)
  })
})
