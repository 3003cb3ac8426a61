import { compile, seal, type Flag, type Snapshot } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import type { UsageEntry } from '../../src/usage/read-usage-batch.js'
import { createUsageLane, type UsageLane } from '../../src/usage/usage-lane.js'
import { flagOf } from '../environments/plain-vendor.js'

const snapshotOf = (flags: Record<string, Flag>): Snapshot =>
  compile(seal({ ruleset: 1, dialects: [], flags })).snapshot
const snapshot = snapshotOf({ a: flagOf(1), b: flagOf(2) })

let batches = 0
function tell(lane: UsageLane, ...evaluations: UsageEntry[]): void {
  lane.accept('shop', snapshot, { key: `batch-${batches++}`, evaluations })
}
const entry = (flagKey: string, variant: string, count: number, reason = 'STATIC'): UsageEntry => ({
  flagKey,
  variant,
  reason,
  count,
})
const linesOf = (lane: UsageLane, environment = 'shop'): string[] =>
  lane
    .read(environment)
    .evaluations.map(({ flagKey, variant, reason, count }) => `${flagKey}/${variant}/${reason} ${count}`)
    .sort()

describe('the usage lane', () => {
  it('adds up what batches tell, each environment by itself', () => {
    const lane = createUsageLane()
    tell(lane, entry('a', '1', 3), entry('b', '2', 1), entry('a', '', 1, 'ERROR'))
    tell(lane, entry('a', '1', 2 ** 31 - 1))
    lane.accept('blog', snapshot, { key: 'k', evaluations: [entry('a', '1', 7)] })
    expect(linesOf(lane)).toEqual(['a//ERROR 1', `a/1/STATIC ${2 ** 31 + 2}`, 'b/2/STATIC 1'])
    expect(linesOf(lane, 'blog')).toEqual(['a/1/STATIC 7'])
    expect(linesOf(lane, 'nowhere')).toEqual([])
  })

  it('counts a batch once, however often it comes', () => {
    const lane = createUsageLane()
    for (const environment of ['shop', 'shop', 'shop', 'blog']) {
      lane.accept(environment, snapshot, { key: 'same', evaluations: [entry('a', '1', 5)] })
    }
    expect(linesOf(lane)).toEqual(['a/1/STATIC 5'])
    expect(linesOf(lane, 'blog')).toEqual(['a/1/STATIC 5'])
    expect(lane.read('shop').batches).toEqual({ counted: 1, repeated: 2, refused: 0 })
  })

  it('remembers the last batches only', () => {
    const lane = createUsageLane(2)
    const send = (key: string): boolean => lane.accept('shop', snapshot, { key, evaluations: [entry('a', '1', 1)] })
    for (const key of ['first', 'second', 'second', 'third', 'second', 'third', 'first']) send(key)
    expect(lane.read('shop').batches).toEqual({ counted: 4, repeated: 3, refused: 0 })
  })

  it('makes no label of what is not served', () => {
    const lane = createUsageLane()
    tell(lane, entry('gone', 'x', 1), entry('__proto__', 'x', 1), entry('constructor', '', 1))
    tell(lane, entry('a', 'made up', 1), entry('a', '', 1), entry('a', '1', 1, 'CACHED'))
    expect(linesOf(lane)).toEqual([
      'a//STATIC 1',
      'a/1/other 1',
      'a/other/STATIC 1',
      'other//STATIC 1',
      'other/other/STATIC 2',
    ])
  })

  it('makes no series of a count of zero', () => {
    const lane = createUsageLane()
    tell(lane, entry('a', '1', 0))
    expect(linesOf(lane)).toEqual([])
    expect(lane.read('shop').batches.counted).toBe(1)
  })

  it('keeps its series bounded, and loses no count', () => {
    const lane = createUsageLane()
    const many = snapshotOf(Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`f${index}`, flagOf(1)])))
    const evaluations = many.flagKeys.map((flagKey) => entry(flagKey, '1', 1))
    lane.accept('shop', many, { key: 'many', evaluations })
    const read = lane.read('shop').evaluations
    expect(read).toHaveLength(2_001)
    expect(read.find(({ flagKey }) => flagKey === 'other')).toMatchObject({ variant: 'other', count: 1_000 })
  })

  it('survives flags that are malformed', () => {
    const lane = createUsageLane()
    const broken = snapshotOf({ none: null as never, odd: { outcomes: [null], decide: 0 } as never })
    lane.accept('shop', broken, { key: 'k', evaluations: [entry('none', 'x', 1), entry('odd', 'x', 1, 'ERROR')] })
    expect(linesOf(lane)).toEqual(['none/other/STATIC 1', 'odd/other/ERROR 1'])
  })
})
