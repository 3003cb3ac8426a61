import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, fingerprint, subjectOf } from '../../src/web/subject.js'

const json = fc.jsonValue({ maxDepth: 3 })

/** The same value with the members of its objects the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, turned(member)]),
  )
}

describe('a context', () => {
  it('is the same in whatever order its members are', () => {
    fc.assert(fc.property(json, (value) => canonical(value) === canonical(turned(value))))
  })

  it('is another where its JSON is another', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(canonical(a) === canonical(b)).toBe(
          canonical(JSON.parse(JSON.stringify(a))) === canonical(JSON.parse(JSON.stringify(b))),
        )
        expect(JSON.parse(canonical(a))).toEqual(JSON.parse(JSON.stringify(a)))
      }),
    )
  })

  it.each<[string, object, object, boolean]>([
    ['one targeting key', { targetingKey: 'ann', plan: 'a' }, { targetingKey: 'ann', plan: 'b' }, true],
    ['two targeting keys', { targetingKey: 'ann' }, { targetingKey: 'bob' }, false],
    ['no targeting key and other attributes', { plan: 'a' }, { plan: 'b' }, false],
    [
      'an empty targeting key and other attributes',
      { targetingKey: '', plan: 'a' },
      { targetingKey: '', plan: 'b' },
      false,
    ],
    ['a targeting key that is the text of another context', { targetingKey: '{"plan":"a"}' }, { plan: 'a' }, false],
    ['a list and an object with its indexes', { plan: ['a'] }, { plan: { 0: 'a' } }, false],
  ])('with %s is about the same user: %s, %s, %s', (_row, a, b, expected) => {
    expect(subjectOf(a).user === subjectOf(b).user).toBe(expected)
  })
})

describe('a fingerprint', () => {
  it('is another for another text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(fingerprint(a) === fingerprint(b)).toBe(a === b)
      }),
    )
    const texts = Array.from({ length: 20_000 }, (_, i) => `user-${i}`)
    expect(new Set(texts.map(fingerprint)).size).toBe(texts.length)
  })

  it.each([
    ['', '\0'],
    ['\0', '\0\0'],
    ['ab', 'ba'],
    ['a', 'á'],
    ['😀', '😁'],
  ])('tells %j from %j', (a, b) => {
    expect(fingerprint(a)).not.toBe(fingerprint(b))
  })
})
