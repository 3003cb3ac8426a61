import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../src/compile/regex.js'
import type { RegexMode } from '../../src/ruleset/dialect.js'

function test(pattern: string, flavour: string, subject: string, mode: RegexMode = 'search'): boolean | string {
  const compiled = compilePattern(pattern, flavour, mode)
  return 'unsupported' in compiled ? 'unsupported' : compiled.test(subject)
}

/** [pattern, flavour, subject, expected, mode] */
const rows: [string, string, string, boolean | 'unsupported', RegexMode?][] = [
  ['^a', 're2', 'abc', true],
  ['a$', 're2', 'a\n', false],
  ['(?=A)', 're2', 'AU', 'unsupported'],
  ['^\\s$', 're2', '\u00a0', false],
  ['oo', 'python', 'foobar', false, 'prefix'],
  ['fo', 'python', 'foobar', true, 'prefix'],
  ['', 'python', 'bar', true, 'prefix'],
  ['(', 'python', 'x', 'unsupported'],
  ['^a$', 'python', 'a\n', true],
  ['^a\\Z', 'python', 'a\n', false],
  ['^a$', 'python', 'a\n', false, 'full'],
  ['(?m)^b$', 'python', 'a\nb\nc', true],
  ['^\\d+$', 'python', '٣٤', true],
  ['^[\\d]+$', 'python', '٣٤', true],
  ['^\\w+$', 'python', 'héllo', true],
  ['^\\W$', 'python', 'é', false],
  ['^\\s$', 'python', '\u00a0', true],
  ['^(?P<year>\\d{4})', 'python', '2026', true],
  ['^\\u00e9$', 'python', 'é', true],
  ['(a)(?P=x)', 'python', 'aa', 'unsupported'],
  ['(?x) a', 'python', 'a', 'unsupported'],
  ['(?u)a', 'python', 'a', true],
  ['^[]a]+$', 'python', ']a', true],
  ['^[[]$', 'python', '[', true],
  ['a{2}', 'python', 'aa', true],
  ['^a$', 'dotnet', 'a\n', true],
  ['^a\\Z', 'dotnet', 'a\n', true],
  ['^a\\z', 'dotnet', 'a\n', false],
  ['^\\w+$', 'dotnet', 'e\u0301', true],
  ["(?'n'x)", 'dotnet', 'x', true],
  ['(?<n>x)', 'dotnet', 'x', true],
  ['[a-z-[aeiou]]', 'dotnet', 'b', 'unsupported'],
  ['(?<!a)b', 'dotnet', 'b', 'unsupported'],
  ['(?>a)', 'dotnet', 'a', 'unsupported'],
  ['\\u0041', 'dotnet', 'A', true],
  ['^a$', 'ecma', 'a\n', false],
  ['^\\d$', 'ecma', '٣', false],
  ['^\\s$', 'ecma', '\ufeff', true],
  ['^ab$', 'cloudbees:i', 'AB', true],
  ['^b$', 'cloudbees:m', 'a\nb', true],
  ['a.b', 'cloudbees:s', 'a\nb', true],
  ['^a b$', 'cloudbees:x', 'ab', true],
  ['^a\\ b$', 'cloudbees:x', 'a b', true],
  ['^[ #]+ # blanks\n$', 'cloudbees:x', '# #', true],
  ['^[\\] ]+$', 'cloudbees:xi', '] ]', true],
  ['a#b', 'cloudbees:', 'a#b', true],
  ['(a)', 'cloudbees:n', 'a', true],
  ['a', 'cloudbees:g', 'a', 'unsupported'],
  ['a', 'cloudbees:i:', 'a', 'unsupported'],
  ['a', 'perl', 'a', 'unsupported'],
]

describe('a pattern', () => {
  it.each(rows)('%j read as %s against %j is %s', (pattern, flavour, subject, expected, mode) => {
    expect(test(pattern, flavour, subject, mode)).toBe(expected)
  })

  it('longer than 1,000 characters is not run', () => {
    expect(test('a'.repeat(1001), 're2', 'a')).toBe('unsupported')
  })

  it.each([
    ['many repetitions', '(a?){999}'.repeat(110)],
    ['a long group, repeated', `(${'a?'.repeat(30)}){300}`],
    ['repetitions inside repetitions', '(([ab]{10}c){10}d){10}'.repeat(10)],
    ['a repeated alternative', '(a|b|c|d){999}'.repeat(3)],
  ])('that becomes too large by %s is not run', (_, pattern) => {
    for (const mode of ['search', 'prefix', 'full'] as const) {
      expect(test(`${pattern}[xy]`, 're2', 'a'.repeat(10_000), mode)).toBe('unsupported')
    }
  })

  it.each(['(a?){999}', '([a-z]{1,63}\\.){1,10}[a-z]{2,63}', '(a|b|c|d){500}', '\\Q{9}{9}\\E{9}', '[]{9}]'])(
    'such as %s is run',
    (pattern) => {
      expect(test(`${pattern}[xy]`, 're2', '!'.repeat(10_000))).toBe(false)
    },
  )

  it('at the beginning begins there, whatever its alternatives and flags', () => {
    expect(test('a|b', 're2', 'cb', 'prefix')).toBe(false)
    expect(test('(?i)a|b', 're2', 'Bc', 'prefix')).toBe(true)
    expect(test('\\Qa', 're2', 'ab', 'prefix')).toBe(true)
    expect(test('^b', 'cloudbees:m', 'a\nb', 'prefix')).toBe(false)
    expect(test('a)(b', 're2', 'ab', 'prefix')).toBe('unsupported')
  })

  it('never matches a subject longer than 10,000 characters', () => {
    expect(test('a', 're2', 'a'.repeat(10_001))).toBe(false)
  })
})
