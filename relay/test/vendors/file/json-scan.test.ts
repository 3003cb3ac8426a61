import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanJson } from '../../../src/vendors/file/json-scan.js'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('scanJson', () => {
  it.each([
    ['a missing value', '{"a":}', 5, 'a value'],
    ['a missing comma', '{"a": 1 "b": 2}', 8, "',' or '}'"],
    ['a trailing comma in an object', '{"a": 1,}', 8, 'a name in double quotes'],
    ['a trailing comma in an array', '[1,]', 3, 'a value'],
    ['a name without quotes', '{a: 1}', 1, 'a name in double quotes'],
    ['a missing colon', '{"a" 1}', 5, "':'"],
    ['a text cut short', '{"a": "b', 8, 'a closing quote'],
    ['an object cut short', '{"a": 1', 7, "',' or '}'"],
    ['a line break in a text', '["a\nb"]', 3, 'a closing quote (line breaks and tabs are written \\n and \\t)'],
    ['an unknown escape', '["a\\x"]', 3, 'a known escape such as \\n, \\" or \\u00e9'],
    ['a number with a leading zero', '[01]', 2, "',' or ']'"],
    ['more than one value', '{} {}', 3, 'the end of the text'],
    ['a comment', '{ // no\n}', 2, 'a name in double quotes'],
    ['no value', '', 0, 'a value'],
    ['brackets that do not match', '[1}', 2, "',' or ']'"],
  ])('finds %s', (_name, text, offset, expected) => {
    expect(scanJson(text).error).toEqual({ offset, expected })
  })

  it('agrees with JSON.parse on which texts are JSON', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', '[', '\\', ':', '0', 'e', '\n', '\u0000'))
      .map(([text, at, insert]) => {
        const index = at % (text.length + 1)
        return text.slice(0, index) + insert + text.slice(index + 1)
      })
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged, fc.string()), (text) => {
        expect(scanJson(text).error === null).toBe(isJson(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('names the path of a name that stands twice, and where the later one is', () => {
    const text = '{"flags": {"a": [{"x": 1, "x": 2}], "b": 1, "b": 2}, "x": 0}'
    expect(scanJson(text).duplicates).toEqual([
      { path: ['flags', 'a', '0', 'x'], offset: 26 },
      { path: ['flags', 'b'], offset: 44 },
    ])
  })

  it.each([
    ['spelled differently', '{"a": 1, "\\u0061": 2}', [['a']]],
    ['__proto__', '{"__proto__": 1, "__proto__": 2}', [['__proto__']]],
    ['in sibling objects: none', '[{"a": 1}, {"a": 2}]', []],
  ])('finds names that stand twice: %s', (_name, text, paths) => {
    expect(scanJson(text).duplicates.map(({ path }) => path)).toEqual(paths)
  })

  it('walks any depth', () => {
    const depth = 200_000
    expect(scanJson('['.repeat(depth) + ']'.repeat(depth)).error).toBeNull()
    expect(scanJson('['.repeat(depth)).error).toEqual({ offset: depth, expected: 'a value' })
  })

  it('keeps a hundred duplicates of a document that is full of them', () => {
    expect(scanJson(`{${'"a":1,'.repeat(500)}"a":1}`).duplicates).toHaveLength(100)
  })
})
