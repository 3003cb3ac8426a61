import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeContext } from '../../src/index.js'

function nested(depth: number, innermost: unknown): unknown {
  return JSON.parse(`${'{"a":'.repeat(depth)}${JSON.stringify(innermost)}${'}'.repeat(depth)}`)
}

describe('the normal form of a context', () => {
  it.each([
    ['dates', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['invalid dates', { at: new Date(Number.NaN) }, { at: null }],
    ['what JSON does not know', { a: undefined, b: () => 1, c: Symbol('c'), d: 1 }, { d: 1 }],
    ['the same inside a list', { list: [undefined, 1] }, { list: [null, 1] }],
    [
      'numbers that are none',
      { a: Number.NaN, b: [Infinity], c: { d: -Infinity } },
      { a: null, b: [null], c: { d: null } },
    ],
    ['the sign of zero', { a: -0, b: [-0], c: { d: -0 } }, { a: 0, b: [0], c: { d: 0 } }],
    ['a list', [1], {}],
    ['null', null, {}],
    ['nothing', undefined, {}],
    ['text', 'context', {}],
  ])('takes care of %s', (_, context, expected) => {
    expect(normalizeContext(context)).toEqual(expected)
  })

  it('cuts what is nested deeper than 128', () => {
    expect(normalizeContext(nested(129, {}))).toEqual(nested(129, null))
    expect(normalizeContext(nested(129, 1))).toEqual(nested(129, 1))
    expect(normalizeContext(nested(200_000, 1))).toEqual(nested(129, null))
  })

  it('fills the holes of a list', () => {
    const list: number[] = [1]
    list[2] = 3
    expect(normalizeContext({ list })).toEqual({ list: [1, null, 3] })
  })

  it('ends for what leads back to itself, or to the same in many ways', () => {
    const circle: Record<string, unknown> = { plan: 'gold' }
    circle['left'] = circle['right'] = circle
    expect(normalizeContext(circle)['plan']).toBe('gold')
    let shared: unknown = 1
    for (let level = 0; level < 60; level += 1) shared = [shared, shared]
    expect(normalizeContext({ plan: 'gold', shared })['plan']).toBe('gold')
  })

  it('gives back a context that is normal already', () => {
    const context = { targetingKey: 'u', list: [1, null, { a: 'b' }], __proto__: null }
    expect(normalizeContext(context)).toBe(context)
  })

  it('is what JSON carries', () => {
    const value = fc.anything({ withDate: true, maxDepth: 3, withNullPrototype: true })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (context) => {
        expect(normalizeContext(context)).toEqual(JSON.parse(JSON.stringify(context)))
      }),
    )
  })
})
