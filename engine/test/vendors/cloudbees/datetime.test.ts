import { describe, expect, it } from 'vitest'
import type { Changes, Snapshot } from '../../../src/index.js'
import { clock, documentOf, evaluate, snapshotOf } from './fixtures.js'

const nowSeconds = clock.nowMs / 1_000

describe('the clock', () => {
  it.each([
    ['now()', clock.nowMs],
    ['tsToNum(property("rox.now"))', nowSeconds],
    ['tsToNum(property(concat("rox.", "now")))', nowSeconds],
    ['tsToNum(property(property("which")))', nowSeconds],
  ])('%s reads the time of the evaluation', (expression, expected) => {
    expect(evaluate(expression, { which: 'rox.now' }).value).toBe(expected)
  })

  it.each([
    ['epoch seconds', 1_700_000_000],
    ['a date', new Date(1_700_000_000_000)],
    ['RFC 3339 in UTC', '2023-11-14T22:13:20Z'],
    ['RFC 3339 with an offset', '2023-11-14t23:13:20.999999999+01:00'],
  ])('is what rox.now in the context says, as %s', (_row, now) => {
    expect(evaluate('tsToNum(property("rox.now"))', { 'rox.now': now }).value).toBe(1_700_000_000)
    expect(evaluate('tsToNum(property(property("which")))', { 'rox.now': now, which: 'rox.now' }).value).toBe(
      1_700_000_000,
    )
    expect(evaluate('lt(now(), 1700000001000)', { 'rox.now': now }).value).toBe(true)
  })

  it.each([
    ['no date'],
    ['2023-11-14'],
    ['2023-02-29T00:00:00Z'],
    ['2023-11-14T24:00:01Z'],
    [true],
    [null],
    [[1]],
    [1e306],
  ])('is that of the evaluation where rox.now is %j', (now) => {
    expect(evaluate('now()', { 'rox.now': now }).value).toBe(clock.nowMs)
  })
})

describe('an attribute', () => {
  const expression = 'tsToNum(property("d"))'

  it('that is a date is one', () => {
    expect(evaluate(expression, { d: new Date(1_700_000_000_999) }).value).toBe(1_700_000_000)
    expect(evaluate(expression, { d: new Date(-1) }).value).toBe(-1)
  })

  it.each(['2023-11-14T22:13:20Z', '2023-11-14', 'x', '2023-02-30T22:13:20.000Z', 1_700_000_000, true, null])(
    'that is %j is none',
    (d) => {
      expect(evaluate(expression, { d }).value).toBeUndefined()
    },
  )

  it('whose name is configured is a date as epoch seconds or RFC 3339 text, and nothing otherwise', () => {
    const options = { datetimeAttributes: ['d'] }
    expect(evaluate(expression, { d: '2023-11-14T22:13:20Z' }, options).value).toBe(1_700_000_000)
    expect(evaluate(expression, { d: 1_700_000_000.5 }, options).value).toBe(1_700_000_000)
    expect(evaluate('tsToNum(property(property("n")))', { d: 1_700_000_000, n: 'd' }, options).value).toBe(
      1_700_000_000,
    )
    expect(evaluate('isUndefined(property("d"))', { d: 'soon' }, options).value).toBe(true)
    expect(evaluate('eq(property("d"), 1700000000)', { d: 1_700_000_000 }, options).value).toBe(false)
    expect(evaluate(expression, {}, options).value).toBeUndefined()
  })

  it('that is a date is text for everything but tsToNum', () => {
    const d = new Date(1_700_000_000_000)
    expect(evaluate('property("d")', { d }).value).toBe('2023-11-14T22:13:20.000Z')
    expect(evaluate('tsToNum("2023-11-14T22:13:20.000Z")').value).toBeUndefined()
  })
})

describe('what a flag says of the clock', () => {
  const changesOf = (condition: string, groups = {}): Changes | undefined =>
    snapshotOf(documentOf({ f: condition }, groups)).ruleset.flags['f']?.changes

  it.each([
    ['gte(now(), 1700000000000)', [1_700_000_000_000, 1_700_000_000_001]],
    ['lt("1700000000000.5", now())', [1_700_000_000_000, 1_700_000_000_001]],
    ['gt(tsToNum(property("rox.now")), 1700000000)', [1_700_000_000_000, 1_700_000_001_000]],
    ['and(gte(now(), 10), lt(now(), 20))', [10, 11, 20, 21]],
    ['eq(now(), 10)', undefined],
    ['gte(now(), property("from"))', undefined],
    ['lt(now(), now())', undefined],
    ['ifThen(gte(now(), 10), now(), 1)', undefined],
    ['gte(now(), 99999999999999999999)', []],
  ])('%s turns at %j', (condition, changes) => {
    expect(changesOf(condition)).toEqual(changes)
  })

  /** The answers a schedule gives, and until when it says each of them holds. */
  function timeline(snapshot: Snapshot, fromMs: number, toMs: number): [number, unknown][] {
    const steps: [number, unknown][] = []
    for (let nowMs = fromMs; nowMs < toMs; nowMs = snapshot.validUntil(nowMs, 'f')) {
      const { value } = snapshot.evaluate('f', {}, { ...clock, nowMs })
      if (steps.at(-1)?.[1] !== value) steps.push([nowMs, value])
    }
    return steps
  }

  it('holds: between two of its turns the answer stays', () => {
    const condition = 'ifThen(isInTargetGroup("later"), "c", ifThen(gt(now(), 20), "b", "a"))'
    const snapshot = snapshotOf(documentOf({ f: condition }, { later: 'gte(tsToNum(property("rox.now")), 3)' }))
    expect(timeline(snapshot, 0, 10_000)).toEqual([
      [0, 'a'],
      [21, 'b'],
      [3_000, 'c'],
    ])
    const reads = snapshot.reads('f')
    expect(reads).toMatchObject({ clock: true, attributes: ['rox.now'], whole: false })
  })
})
