/** What was mistyped is found, in whichever words and places the engine would have told it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenContexts } from '../../../test/browser/broken-contexts.js'
import { readContext } from '../../src/page/context-text.js'
import { findJsonMistake } from '../../src/page/json-mistake.js'

describe('a context that is not JSON', () => {
  it.each(brokenContexts)('is told with its place: $text', ({ text, line, column, says }) => {
    const typed = readContext(text)
    const message = typed.ok ? '' : typed.message
    expect(message).toContain(`this is not JSON yet: look at line ${line}, column ${column}, where `)
    expect(message).toContain(says)
    expect(message).toContain('A context looks like {"targetingKey": "user-1", "plan": "gold"}')
  })
})

describe('the search for a mistake', () => {
  const isJson = (text: string): boolean => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const pieces = [
    ...'{}[]:,"\'\\ \n\t01.-+eE/u'.split(''),
    '"a"',
    '"a":',
    'true',
    'null',
    'nan',
    '\u007f',
    '\u00a0',
    '\ud800',
    '😀',
  ]
  const cut = fc
    .tuple(fc.json(), fc.nat(), fc.nat({ max: 3 }), fc.constantFrom('', ...pieces))
    .map(([json, seed, length, put]) => {
      const start = seed % (json.length + 1)
      return json.slice(0, start) + put + json.slice(start + length)
    })
  const built = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''))

  it('finds one exactly where JSON.parse refuses the text', () => {
    fc.assert(
      fc.property(fc.oneof(cut, built, fc.json()), (text) => {
        expect(findJsonMistake(text) === null).toBe(isJson(text))
      }),
      { numRuns: 20_000 },
    )
  })

  it('names a place that is never behind the one that the engine names, where it names one', () => {
    fc.assert(
      fc.property(fc.oneof(cut, built), (text) => {
        const mistake = findJsonMistake(text)
        if (mistake === null) return
        const told = positionToldBy(text)
        expect(mistake.position).toBeLessThanOrEqual(told ?? text.length)
      }),
      { numRuns: 5000 },
    )
  })

  it('does not mind how deep or how long a text is', () => {
    const depth = 100_000
    expect(findJsonMistake('['.repeat(depth))?.position).toBe(depth)
    expect(findJsonMistake(`{"a": "${'b'.repeat(1_000_000)}`)?.position).toBe(6)
  })
})

/** The position in the message of `JSON.parse`, where it has one. */
function positionToldBy(text: string): number | undefined {
  try {
    JSON.parse(text)
  } catch (error) {
    const told = /position (\d+)/.exec(String(error))?.[1]
    return told === undefined ? undefined : Number(told)
  }
  return undefined
}
