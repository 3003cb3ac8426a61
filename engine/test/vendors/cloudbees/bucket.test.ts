import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/index.js'
import { bucketOf, bucketOfWord } from '../../../src/vendors/cloudbees/dialect/bucket.js'
import { anyText, clock, documentOf, evaluate, readFixture, snapshotOf } from './fixtures.js'

const recorded = readFixture('buckets.json') as { readonly seed: string; readonly bucket: number }[]

describe('the bucket of a seed', () => {
  it('is the recorded one, bit for bit', () => {
    expect(recorded.length).toBeGreaterThan(200)
    expect(recorded.filter(({ seed, bucket }) => bucketOf(seed) !== bucket)).toEqual([])
  })

  it('is the first four bytes of the MD5, little endian, over 2^32 - 1', () => {
    fc.assert(
      fc.property(anyText, (seed) => {
        const digest = createHash('md5').update(seed, 'utf8').digest()
        expect(bucketOf(seed)).toBe(digest.readUInt32LE(0) / 4_294_967_295)
      }),
    )
  })
})

describe('the bucket of a hash', () => {
  it.each([
    [0, 0],
    [1, 1 / 4_294_967_295],
    [-2, 4_294_967_294 / 4_294_967_295],
    [-1, 0],
  ])('that begins with the word %d is %d: 1 is none', (word, bucket) => {
    expect(bucketOfWord(word)).toBe(bucket)
  })
})

describe('a percentage', () => {
  const distinct = 'mergeSeed(property("rox.distinct_id"), "seed2")'

  it('holds buckets up to its own number, that one included', () => {
    const bucket = String(bucketOf('device2.seed2'))
    expect(evaluate(`isInPercentage(${bucket}, "device2.seed2")`).value).toBe(true)
    expect(evaluate(`isInPercentageRange(${bucket}, 1, "device2.seed2")`).value).toBe(true)
    expect(evaluate(`isInPercentageRange(0, ${bucket}, "device2.seed2")`).value).toBe(false)
  })

  /** [context, value] */
  const ids: [string, object, string][] = [
    ['the targeting key', { targetingKey: 'device2' }, 'in'],
    ['rox.distinct_id before the targeting key', { targetingKey: 'other', 'rox.distinct_id': 'device2' }, 'in'],
    [
      'the targeting key where rox.distinct_id is no scalar',
      { targetingKey: 'device2', 'rox.distinct_id': ['x'] },
      'in',
    ],
  ]

  it.each(ids)('over rox.distinct_id hashes %s', (_row, context, expected) => {
    const condition = `ifThen(isInPercentageRange(0.18, 0.19, ${distinct}), "in", "out")`
    expect(evaluate(condition, context).value).toBe(expected)
    expect(evaluate(condition, { targetingKey: 'device3' }).value).toBe('out')
    const computed = condition.replace('"rox.distinct_id"', 'property("which")')
    expect(evaluate(computed, { ...context, which: 'rox.distinct_id' }).value).toBe(expected)
  })

  it('over rox.distinct_id hashes the configured attribute instead of the targeting key', () => {
    const condition = `ifThen(isInPercentageRange(0.18, 0.19, ${distinct}), "in", "out")`
    const options = { stickinessAttribute: 'device' }
    expect(evaluate(condition, { targetingKey: 'x', device: 'device2' }, options).value).toBe('in')
    expect(evaluate(condition, { targetingKey: 'device2' }, options).errorCode).toBe('GENERAL')
    const computed = condition.replace('"rox.distinct_id"', 'property("which")')
    const context = { which: 'rox.distinct_id', targetingKey: 'x', device: 'device2' }
    expect(evaluate(computed, context, options).value).toBe('in')
  })

  /** [value of the property, text that is hashed] */
  const seeds: [unknown, string][] = [
    [42, '42.s'],
    [1.5, '1.5.s'],
    [true, 'true.s'],
    ['', '.s'],
  ]

  it.each(seeds)('over the value %j hashes the text %j', (uid, text) => {
    const snapshot = snapshotOf(documentOf({ f: 'isInPercentage(1, mergeSeed(property("uid"), "s"))' }))
    const context = { uid } as never
    expect(snapshot.evaluate('f', context, clock).value).toBe(true)
    expect(JSON.stringify(explain(snapshot, 'f', context, clock))).toContain(`"hashInput":${JSON.stringify(text)}`)
  })

  /** Expressions in which a percentage has nothing to hash, whatever else they say. */
  const failing = [
    'isInPercentage(1, mergeSeed(property("gone"), "s"))',
    'isInPercentage(1, property("gone"))',
    'isInPercentageRange(0, 1, concat(property("gone"), "s"))',
    'ifThen(true, "x", ifThen(isInPercentage(1, mergeSeed(property("gone"), "s")), "y", "z"))',
    'and(false, isInPercentage(1, mergeSeed(property("gone"), "s")))',
    '"first" isInPercentage(1, mergeSeed(property("gone"), "s"))',
  ]

  it.each(failing)('without a value to hash fails the whole expression: %s', (condition) => {
    const snapshot = snapshotOf(documentOf({ f: condition }))
    const outcome = snapshot.evaluate('f', {}, clock)
    expect(outcome).toMatchObject({ reason: 'ERROR', errorCode: 'GENERAL', errorDetails: 'expression failed' })
    expect(snapshot.evaluate('f', { gone: 'here' }, clock).errorCode).toBeUndefined()
  })

  it('without a value to hash leaves a target group empty, and the flag that asks for it goes on', () => {
    const condition = 'ifThen(not(isInTargetGroup("split")), "nobody", "somebody")'
    const groups = { split: 'not(isInPercentage(0, mergeSeed(property("gone"), "s")))' }
    const snapshot = snapshotOf(documentOf({ f: condition }, groups))
    expect(snapshot.evaluate('f', {}, clock).value).toBe('nobody')
    expect(snapshot.evaluate('f', { gone: 'here' }, clock).value).toBe('somebody')
  })
})
