import { compile, seal, type Flag, type Snapshot } from '@switchyard/engine'
import { describe, expect, it } from 'vitest'
import type { Served } from '../../src/environments/environment.js'
import { createUsageCounter } from '../../src/environments/usage-counter.js'
import { flagOf } from './plain-vendor.js'

const clock = { nowMs: 0, random: () => 0 }

/** Answers `on` for context `{ on: true }`, otherwise `off`. */
const toggle: Flag = {
  outcomes: [
    { value: true, variant: 'on', reason: 'TARGETING_MATCH' },
    { value: false, variant: 'off', reason: 'DEFAULT' },
  ],
  decide: { rules: [{ when: ['eq', ['attr', 'on'], true], then: 0 }], else: 1 },
}

function serve(flags: Record<string, Flag>, previous?: Snapshot): Served {
  const { snapshot } = compile(seal({ ruleset: 1, dialects: ['featbit'], flags }), { previous })
  return { snapshot, revision: snapshot.ruleset.revision ?? '', sequence: 1, fence: 0, sinceMs: 0 }
}

const sorted = (usage: ReturnType<typeof createUsageCounter>): string[] =>
  usage
    .read()
    .map(({ flagKey, variant, reason, count }) => `${flagKey}/${variant}/${reason} ${count}`)
    .sort()

describe('a usage counter', () => {
  it('counts by flag, variant and reason', () => {
    const usage = createUsageCounter()
    const served = serve({ a: toggle, b: flagOf(1) })
    usage.swap(served)
    usage.count(served, served.snapshot.evaluate('a', { on: true }, clock))
    usage.countAll(served, served.snapshot.evaluateAll({}, clock, 'server'))
    usage.countAll(served, served.snapshot.evaluateAll({}, clock, 'server'))
    expect(sorted(usage)).toEqual(['a/off/DEFAULT 2', 'a/on/TARGETING_MATCH 1', 'b/1/STATIC 2'])
    expect(sorted(usage)).toEqual(sorted(usage))
  })

  it('counts requests apart from the answers in them', () => {
    const usage = createUsageCounter()
    usage.countRequest()
    usage.countRequest()
    usage.swap(serve({ a: toggle }))
    expect([usage.requests(), usage.read()]).toEqual([2, []])
  })

  it('keeps its counts over a swap, where the same outcome has another number', () => {
    const usage = createUsageCounter()
    const before = serve({ b: toggle })
    usage.swap(before)
    usage.count(before, before.snapshot.evaluate('b', {}, clock))
    const after = serve({ a: flagOf(1), b: toggle }, before.snapshot)
    usage.swap(after)
    usage.count(after, after.snapshot.evaluate('b', {}, clock))
    expect(sorted(usage)).toEqual(['b/off/DEFAULT 2'])
  })

  it('counts an answer that was begun before a swap and ended after it', () => {
    const usage = createUsageCounter()
    const before = serve({ a: toggle })
    usage.swap(before)
    const outcome = before.snapshot.evaluate('a', {}, clock)
    usage.swap(serve({ a: flagOf(1) }))
    usage.count(before, outcome)
    expect(sorted(usage)).toEqual(['a/off/DEFAULT 1'])
  })

  it('makes no label of a flag that does not exist, nor of a variant that a context made up', () => {
    const usage = createUsageCounter()
    const echo: Flag = {
      outcomes: [
        { reason: 'STATIC', compute: { from: ['attr', 'name'], value: 'featbit.text', variant: 'featbit.text' } },
      ],
      decide: 0,
    }
    const served = serve({ echo })
    usage.swap(served)
    for (const flagKey of ['nope', '__proto__', 'constructor'])
      usage.count(served, served.snapshot.evaluate(flagKey, {}, clock))
    usage.count(served, served.snapshot.evaluate('echo', { name: 'made up' }, clock))
    expect(sorted(usage)).toEqual(['echo/other/STATIC 1', 'other//ERROR 3'])
  })

  it('counts what is beyond the limit under other, and loses none', () => {
    const usage = createUsageCounter(3)
    const flags = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`f${index}`, flagOf(index)]))
    const served = serve(flags)
    usage.swap(served)
    for (let round = 0; round < 4; round += 1) usage.countAll(served, served.snapshot.evaluateAll({}, clock, 'server'))
    expect(sorted(usage)).toEqual(['f0/0/STATIC 4', 'f1/1/STATIC 4', 'f2/2/STATIC 4', 'other/other/STATIC 28'])
  })

  it('gives the room of flags that are gone to new ones', () => {
    const usage = createUsageCounter(2)
    const before = serve({ a: flagOf(1), b: flagOf(1) })
    usage.swap(before)
    usage.countAll(before, before.snapshot.evaluateAll({}, clock, 'server'))
    const after = serve({ b: flagOf(1), c: flagOf(1) })
    usage.swap(after)
    usage.countAll(after, after.snapshot.evaluateAll({}, clock, 'server'))
    expect(sorted(usage)).toEqual(['b/1/STATIC 2', 'c/1/STATIC 1'])
  })

  it('counts nothing before there is data', () => {
    expect(createUsageCounter().read()).toEqual([])
  })
})
