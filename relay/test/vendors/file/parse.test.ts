import { describe, expect, it } from 'vitest'
import { describeProblem, maxYamlBytes, parseDocument, type DocumentFormat } from '../../../src/vendors/file/parse.js'

const parse = (text: string, name = 'flags.json', format?: DocumentFormat) =>
  parseDocument(new TextEncoder().encode(text), name, format)

const problemOf = async (text: string, name?: string): Promise<string> => {
  const parsed = await parse(text, name)
  return parsed.ok ? 'no problem' : describeProblem('FILE', parsed.problem).replace(/^FILE(, |: )/, '')
}

describe('parseDocument', () => {
  it.each([
    ['JSON by the name', '{"flags": {}}', 'flags.json'],
    ['JSON by the name in capitals', '{"flags": {}}', 'FLAGS.JSON'],
    ['YAML by the name', 'flags: {}', 'flags.yaml'],
    ['YAML by the short name', 'flags: {}', 'flags.yml'],
    ['JSON inside a YAML name', '{"flags": {}}', 'flags.yaml'],
    ['JSON by its first character', ' \n{"flags": {}}', 'flags'],
    ['YAML by its first character', '# comment\nflags: {}', 'flags.txt'],
    ['JSON behind a byte order mark', '\ufeff{"flags": {}}', 'flags.json'],
    ['JSON with Windows line breaks', '{\r\n"flags": {}\r\n}\r\n', 'flags.json'],
  ])('reads %s', async (_name, text, name) => {
    expect(await parse(text, name)).toEqual({ ok: true, document: { flags: {} }, diagnostics: [] })
  })

  it.each([
    [
      'a place in it',
      { message: 'expected a value', line: 2, column: 8 },
      'flags.json, line 2, column 8: expected a value',
    ],
    ['all of it', { message: 'the file is empty' }, 'flags.json: the file is empty'],
  ])('says which file is wrong, with %s', (_name, problem, text) => {
    expect(describeProblem('flags.json', problem)).toBe(text)
  })

  it('lets the format decide against the name', async () => {
    expect(await parse('flags: {}', 'flags.json', 'yaml')).toMatchObject({ ok: true })
    expect(await parse('flags: {}', 'flags.yaml', 'json')).toMatchObject({ ok: false })
  })

  it.each([
    ['an empty file', '', 'flags.json', 'the file is empty'],
    ['blanks only', ' \n\t', 'flags.yaml', 'the file is empty'],
    ['comments only', '# flags\n', 'flags.yaml', 'the file is empty'],
    ['a YAML null', '---\n', 'flags.yaml', 'the file is empty'],
    [
      'JSON that is cut short',
      '{\n  "flags": {\n',
      'flags.json',
      'line 3, column 1: expected a name in double quotes, found the end',
    ],
    ['a JSON typing error', '{\n  "a": tru\n}', 'flags.json', "line 2, column 8: expected a value, found 't'"],
    [
      'an emoji out of place',
      '{"a": \u{1f600}}',
      'flags.json',
      "line 1, column 7: expected a value, found '\u{1f600}'",
    ],
    ['YAML with a tab', 'a:\n\tb: 1', 'flags.yaml', 'line 2, column 1: Tabs are not allowed as indentation'],
    [
      'a YAML key that stands twice',
      'a:\n  b: 1\n  b: 2\n',
      'flags.yaml',
      'line 3, column 3: the key "b" stands twice',
    ],
    ['a YAML key that is a list', '? [a, b]\n: 1\n', 'flags.yaml', 'line 1, column 3: a key must be a plain value'],
    [
      'two YAML documents',
      'a: 1\n---\nb: 2\n',
      'flags.yaml',
      'line 2, column 1: the file holds more than one YAML document',
    ],
    ['an infinity', 'a: .inf\n', 'flags.yaml', 'line 1, column 4: Infinity is no JSON value'],
    ['an alias of nothing', 'a: *b\n', 'flags.yaml', 'line 1, column 4: no value before this one has the anchor &b'],
    [
      'an alias inside itself',
      'a: &a\n  b: *a\n',
      'flags.yaml',
      'line 2, column 6: *a stands inside the value it repeats',
    ],
  ])('says where %s is wrong', async (_name, text, name, expected) => {
    expect(await problemOf(text, name)).toBe(expected)
  })

  it('says that bytes are not UTF-8', async () => {
    const utf16 = Buffer.from('\ufeff{"flags": {}}', 'utf16le')
    expect(await parseDocument(utf16, 'flags.json')).toEqual({
      ok: false,
      problem: { message: 'the text is not UTF-8' },
    })
  })

  it('warns of a JSON name that stands twice and lets the last one count', async () => {
    expect(await parse('{\n"a": 1,\n"a": 2}')).toEqual({
      ok: true,
      document: { a: 2 },
      diagnostics: [
        {
          severity: 'warning',
          code: 'DUPLICATE_KEY',
          path: ['a'],
          message: 'line 3, column 1: "a" stands twice in one object; the last one counts',
        },
      ],
    })
  })

  it.each([
    ['flags.json', '{"__proto__": {"x": 1}, "constructor": 1}'],
    ['flags.yaml', '__proto__: {x: 1}\nconstructor: 1\n'],
  ])('keeps __proto__ as an ordinary name in %s', async (name, text) => {
    const parsed = await parse(text, name)
    const document = parsed.ok ? (parsed.document as object) : {}
    expect(Object.keys(document)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(document)).toBe(Object.prototype)
  })

  it('resolves aliases and merges', async () => {
    const text =
      'base: &base {state: ENABLED, variants: &v {on: true}}\nflags:\n  a: {<<: *base, extra: 1}\n  b: {variants: *v}\n'
    expect(await parse(text, 'flags.yaml')).toMatchObject({
      document: { flags: { a: { state: 'ENABLED', variants: { on: true }, extra: 1 }, b: { variants: { on: true } } } },
    })
  })

  it('accepts one anchor that is used many times', async () => {
    const flags = Array.from({ length: 2_000 }, (_, index) => `  flag${index}: *v\n`).join('')
    expect(await parse(`v: &v {on: true, off: false}\nflags:\n${flags}`, 'flags.yaml')).toMatchObject({ ok: true })
  })

  it('refuses a short text whose aliases stand for a huge document', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]\n`,
    ).join('')
    const problem = await problemOf(`l0: &l0 [x]\n${levels}`, 'flags.yaml')
    expect(problem).toMatch(
      /^line 7, column \d+: the document has more than 1000000 values, those repeated by aliases included$/,
    )
  })

  it('refuses more aliases than can be looked up in time', async () => {
    const text = `v: &v {on: true}\nall: [${'*v,'.repeat(50_000)}]\n`
    expect(await problemOf(text, 'flags.yaml')).toMatch(/there are more than 10000 anchors and aliases$/)
  })

  it('refuses YAML that is nested too deep, and YAML that is too long to be read in passing', async () => {
    expect(await problemOf('['.repeat(250) + ']'.repeat(250), 'flags.yaml')).toMatch(/nested more than 200 deep/)
    expect(await problemOf('- '.repeat(50_000) + 'a', 'flags.yaml')).toMatch(/nested too deep/)
    expect(await problemOf(`a: ${'x'.repeat(maxYamlBytes)}`, 'flags.yaml')).toMatch(
      /^YAML may be at most 4194304 bytes long/,
    )
  })
})
