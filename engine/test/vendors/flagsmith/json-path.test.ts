import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/index.js'
import { firstMatch } from '../../../src/vendors/flagsmith/json-path.js'
import { memberNames, parseJsonPath } from '../../../src/vendors/flagsmith/json-path-parser.js'

const tree: Json = {
  a: { b: { c: 1 }, 'odd name': 2, "it's": 3, 'say "x"': 4, list: [10, 20, 30, 40], null: null },
  names: ['first', 'second'],
}

function found(query: string): Json | undefined {
  const path = parseJsonPath(query)
  return typeof path === 'string' ? undefined : firstMatch(tree, path.steps)
}

describe('a query', () => {
  it.each<[string, Json | undefined]>([
    ['$.a.b.c', 1],
    ["$.a['odd name']", 2],
    ['$.a["odd name"]', 2],
    [String.raw`$.a['it\'s']`, 3],
    [`$.a["it's"]`, 3],
    [`$.a['say "x"']`, 4],
    [String.raw`$.a["say \"x\""]`, 4],
    [String.raw`$['\u0061'].b.c`, 1],
    ['$.a .b\n["c"]', 1],
    ['$.a[ "missing" , "odd name" ]', 2],
    ['$.a.list[0]', 10],
    ['$.a.list[-1]', 40],
    ['$.a.list[4]', undefined],
    ['$.a.list[-5]', undefined],
    ['$.a.list[1:]', 20],
    ['$.a.list[-2:]', 30],
    ['$.a.list[:0]', undefined],
    ['$.a.list[::-1]', 40],
    ['$.a.list[2:0:-1]', 30],
    ['$.a.list[0:4:0]', undefined],
    ['$.a.list[ 1 : 3 : 2 ]', 20],
    ['$.a.list[9:]', undefined],
    ['$.a.list.length', undefined],
    ['$.a.null', null],
    ['$.a.b[0]', undefined],
    ['$.names.*', 'first'],
    ['$..c', 1],
    ['$..[1]', 20],
    ['$..*', tree.a],
    ['$..missing', undefined],
    ['$.a.toString', undefined],
    ['$.__proto__', undefined],
    ['$', tree],
  ])('%s finds %j', (query, expected) => {
    expect(found(query)).toEqual(expected)
  })

  it.each([
    '',
    'a',
    '$.',
    '$a',
    '$..',
    '$.a.',
    '$.a ',
    '$. a',
    '$.1',
    '$.a b',
    '$[',
    '$[]',
    '$[a]',
    '$[1,]',
    '$[01]',
    '$[-0]',
    '$[1:2:3:4]',
    '$[9007199254740992]',
    "$['a",
    "$['a\\x']",
    "$['a\\\"']",
    '$["a\\\'"]',
    "$['a\nb']",
    '$.a]',
    '$.😀',
  ])('%j is none', (query) => {
    expect(parseJsonPath(query)).toBe('invalid')
  })

  it.each(["$.a[?@.b == 'c']", '$[?(@.b)]', '$[0, ?@]'])('%s is a filter', (query) => {
    expect(parseJsonPath(query)).toBe('filter')
  })

  it('knows whether it only walks from member to member', () => {
    const namesOf = (query: string): readonly string[] | null => {
      const path = parseJsonPath(query)
      return typeof path === 'string' ? null : memberNames(path.steps)
    }
    expect(namesOf("$.a['b c'].日本-1")).toEqual(['a', 'b c', '日本-1'])
    for (const query of ['$..a', '$.a[0]', '$.*', '$["a","b"]', '$.a[1:]']) expect(namesOf(query)).toBeNull()
  })

  it('gives up on a tree that is nested too deep', () => {
    let nested: Json = { wanted: 1 }
    for (let depth = 0; depth < 10_000; depth += 1) nested = [nested]
    const path = parseJsonPath('$..wanted')
    expect(typeof path === 'string' ? path : firstMatch(nested, path.steps)).toBeUndefined()
  })

  it.each([
    [5_000, 1],
    [20_000, undefined],
  ])('among %d nodes finds %s: it gives up on a tree that is too large', (length, expected) => {
    const wide: Json = [...Array.from({ length }, () => ({})), { wanted: 1 }]
    const path = parseJsonPath('$..wanted')
    expect(typeof path === 'string' ? path : firstMatch(wide, path.steps)).toBe(expected)
  })
})
