import { compile, seal, type Flag, type JsonObject, type Snapshot } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import { createUsageCounts, type UsageCounts } from '../../src/server/usage-counts.js'
import { createUsageRows, type UsageRow } from '../../src/server/usage-rows.js'

const toggle: Flag = {
  outcomes: [
    { value: true, variant: 'on', reason: 'TARGETING_MATCH' },
    { value: false, variant: 'off', reason: 'DEFAULT' },
    { reason: 'ERROR', errorCode: 'PARSE_ERROR' },
  ],
  decide: {
    rules: [
      { when: ['eq', ['attr', 'on'], true], then: 0 },
      { when: ['eq', ['attr', 'on'], 'bad'], then: 2 },
    ],
    else: 1,
  },
}
const plain = (value: number): Flag => ({ outcomes: [{ value, reason: 'STATIC' }], decide: 0 })

const snapshotOf = (flags: Record<string, Flag>): Snapshot =>
  compile(seal({ ruleset: 1, dialects: ['featbit'], flags })).snapshot

function evaluate(counts: UsageCounts, snapshot: Snapshot, flagKey: string, context: JsonObject = {}): void {
  const outcome = snapshot.evaluate(flagKey, context, { nowMs: 0, random: () => 0 })
  counts.count(outcome, outcome.reason)
}

const taken = (counts: UsageCounts): string[] =>
  counts
    .take()
    .map(({ flag, variant, reason, count }) => `${flag}/${variant}/${reason} ${count}`)
    .sort()

describe('usage counts', () => {
  it('counts by flag, variant and reason, and hands each count over once', () => {
    const counts = createUsageCounts()
    const snapshot = snapshotOf({ toggle, plain: plain(1) })
    counts.swap(snapshot)
    for (const on of [true, true, false, 'bad']) evaluate(counts, snapshot, 'toggle', { on })
    evaluate(counts, snapshot, 'plain')
    expect(taken(counts)).toEqual([
      'plain//STATIC 1',
      'toggle//ERROR 1',
      'toggle/off/DEFAULT 1',
      'toggle/on/TARGETING_MATCH 2',
    ])
    expect(taken(counts)).toEqual([])
  })

  it('keeps its counts when another revision comes, where the same outcome has another number', () => {
    const counts = createUsageCounts()
    const [before, after] = [snapshotOf({ toggle }), snapshotOf({ added: plain(1), toggle })]
    counts.swap(before)
    evaluate(counts, before, 'toggle')
    counts.swap(after)
    evaluate(counts, after, 'toggle')
    expect(taken(counts)).toEqual(['toggle/off/DEFAULT 2'])
  })

  it('counts an answer of the wrong type as an error of its flag', () => {
    const counts = createUsageCounts()
    const snapshot = snapshotOf({ toggle })
    counts.swap(snapshot)
    counts.count(snapshot.evaluate('toggle', {}, { nowMs: 0, random: () => 0 }), 'ERROR')
    expect(taken(counts)).toEqual(['toggle//ERROR 1'])
  })

  it('keeps no name that an application or a context made up', () => {
    const counts = createUsageCounts()
    const echo: Flag = {
      outcomes: [
        { reason: 'STATIC', compute: { from: ['attr', 'name'], value: 'featbit.text', variant: 'featbit.text' } },
      ],
      decide: 0,
    }
    const snapshot = snapshotOf({ echo })
    counts.swap(snapshot)
    for (const name of ['a', 'b']) evaluate(counts, snapshot, 'echo', { name })
    for (const flagKey of ['nope', '__proto__', 'constructor']) evaluate(counts, snapshot, flagKey)
    expect(taken(counts)).toEqual(['echo/other/STATIC 2', 'other//ERROR 3'])
  })

  it('counts nothing before there is a snapshot', () => {
    const counts = createUsageCounts()
    evaluate(counts, snapshotOf({ toggle }), 'toggle')
    expect(taken(counts)).toEqual([])
  })
})

describe('usage rows', () => {
  const row = (flag: string, count: number): UsageRow => ({ flag, variant: 'on', reason: 'STATIC', count })

  it('are bounded in number, and lose no count', () => {
    const rows = createUsageRows(2)
    for (const flag of ['a', 'b', 'c', 'd', 'a']) rows.add(row(flag, 1))
    expect(rows.take()).toEqual([row('a', 2), row('b', 1), { ...row('other', 2), variant: 'other' }])
  })

  it('hold no larger count than the relay reads, and leave the rest for the next time', () => {
    const rows = createUsageRows()
    rows.add(row('a', 2 ** 31 + 4))
    rows.add(row('b', 2 ** 31 - 1))
    expect(rows.take()).toEqual([row('a', 2 ** 31 - 1), row('b', 2 ** 31 - 1)])
    rows.add(row('a', 1))
    expect(rows.take()).toEqual([row('a', 6)])
    expect(rows.take()).toEqual([])
  })
})
