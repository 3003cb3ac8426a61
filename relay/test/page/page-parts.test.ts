/** What the page does without a browser: addresses, typed contexts, lines and words. */
import { describe, expect, it } from 'vitest'
import { readContext } from '../../src/page/context-text.js'
import { linesOf } from '../../src/page/lines-of-text.js'
import { addressOf, readRoute, type Route } from '../../src/page/route.js'
import { ago, counted, duration, perSecond } from '../../src/page/words.js'

describe('an address of the page', () => {
  it.each<[string, Route]>([
    ['#/', { view: 'environments' }],
    ['#/shop/flags', { view: 'flags', environment: 'shop' }],
    ['#/shop/flags/a%2Fb%20%C3%A9', { view: 'flag', environment: 'shop', flagKey: 'a/b é' }],
    ['#/shop/playground', { view: 'playground', environment: 'shop' }],
    ['#/shop/playground/a', { view: 'playground', environment: 'shop', flagKey: 'a' }],
    ['#/shop/diagnostics', { view: 'diagnostics', environment: 'shop' }],
    ['#/shop/snapshots', { view: 'snapshots', environment: 'shop' }],
  ])('%s is read and written', (address, route) => {
    expect(readRoute(address)).toEqual(route)
    expect(addressOf(route)).toBe(address)
  })

  it.each(['', '#', '#nonsense', '#/shop', '#/shop/nothing', '#/%E0%A4%A/flags', '#//flags'])(
    '%j leads to the beginning',
    (address) => {
      expect(readRoute(address)).toEqual({ view: 'environments' })
    },
  )
})

describe('a context as it is typed', () => {
  it('is an object, or empty where nothing was typed', () => {
    expect(readContext(' {"targetingKey": "a"} ')).toEqual({ ok: true, context: { targetingKey: 'a' } })
    expect(readContext(' \n')).toEqual({ ok: true, context: {} })
  })

  it.each([
    ['[1]', 'this is a list'],
    ['null', 'this is null'],
    ['"user-1"', 'this is a string'],
    ['3', 'this is a number'],
    ['{targetingKey: 1}', 'line 1, column 2'],
    ['{\n  "a": 1,\n}', 'line 3, column 1'],
  ])('says kindly what is wrong with %j, and how a context looks', (text, part) => {
    const typed = readContext(text)
    expect(typed.ok ? '' : typed.message).toContain(part)
    expect(typed.ok ? '' : typed.message).toContain('{"targetingKey": "user-1", "plan": "gold"}')
  })
})

describe('words and lines', () => {
  it('reads indented text as lines', () => {
    expect(linesOf('a\n  b\n    c\n  d\n\ne\n')).toEqual([
      {
        text: 'a',
        below: [
          { text: 'b', below: [{ text: 'c', below: [] }] },
          { text: 'd', below: [] },
        ],
      },
      { text: 'e', below: [] },
    ])
  })

  it('says how long, how long ago, how many and how often', () => {
    expect([900, 59_000, 61_000, 7_300_000, 180_000_000].map(duration)).toEqual(['1 s', '59 s', '1 min', '2 h', '2 d'])
    const now = Date.UTC(2026, 0, 1)
    expect([null, '2025-12-31T23:59:59Z', '2025-12-31T23:59:50Z'].map((at) => ago(at, now))).toEqual([
      'never',
      'just now',
      '10 s ago',
    ])
    expect([counted(1, 'flag'), counted(1_234, 'flag')]).toEqual(['1 flag', '1,234 flags'])
    expect([0, 0.25, 12.34, 1_234.5].map(perSecond)).toEqual(['0/s', '0.3/s', '12.3/s', '1,235/s'])
  })
})
