import { describe, expect, it } from 'vitest'
import { core } from '../engine/src/compile/core.js'
import { coreForms } from '../engine/src/explain/core-forms.js'
import { dialects } from '../engine/src/registry.js'
import type { Operator } from '../engine/src/ruleset/dialect.js'
import { staticArguments } from '../engine/test/explain/static-arguments.mjs'
import { filesIn, textOf } from './repository/files.js'

const page = textOf('docs/ruleset.md')

const operators = new Map<string, Operator>([
  ...core.operators,
  ...dialects.flatMap(({ name: set, operators }) =>
    Array.from(operators, ([name, operator]) => [`${set}.${name}`, operator] as const),
  ),
])

interface Row {
  readonly name: string
  readonly parameters: readonly string[]
  readonly fails: string
  readonly reads: string
}

function section(heading: string): string {
  const [, from = ''] = page.split(new RegExp(`\n#+ ${heading}\n`))
  return from.split(/\n#+ /)[0] ?? ''
}

/** The cells of the rows of a section's tables, without the head. */
function rowsOf(heading: string): string[][] {
  const lines = section(heading)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What stands between backticks. */
function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')
}

/** One row for each operator: a line of the table may describe several. */
const rows = ['core', ...dialects.map(({ name }) => name)].flatMap((set) =>
  rowsOf(set).flatMap(([calls = '', , fails = '', reads = '']) =>
    codesIn(calls).map((call): Row => {
      const [, name = '', args = ''] = /^(.+?)\((.*)\)$/.exec(call) ?? []
      return { name, parameters: args === '' ? [] : args.split(', '), fails, reads }
    }),
  ),
)

/** A parameter of the page in the engine's words: `x!..` is `static..`. */
function parameterOf(text: string): string {
  const [, , mark = '', rest = ''] = /^(\w+)(!?)(\?|\.\.)?$/.exec(text) ?? []
  return `${mark === '!' ? 'static' : 'value'}${rest}`
}

/** What the operator says that it reads, for the first static arguments that it accepts. */
function readsOf(name: string, { reads }: Operator): string[] {
  const [statics = []] = (staticArguments as Record<string, readonly (readonly never[])[]>)[name] ?? []
  const { attributes = [], key, whole, clock, random } = reads?.(statics) ?? {}
  return [
    ...(attributes.length > 0 ? ['attribute'] : []),
    ...(key === true ? ['key'] : []),
    ...(whole === true ? ['whole context'] : []),
    ...(clock === true ? ['clock'] : []),
    ...(random === true ? ['chance'] : []),
  ]
}

const readable = ['attribute', 'key', 'whole context', 'clock', 'chance']

describe('docs/ruleset.md', () => {
  it('has one row for every operator, and for no other', () => {
    const all = [...coreForms.keys(), ...[...operators.keys()].filter((name) => name.includes('.'))]
    expect(rows.map(({ name }) => name).toSorted()).toEqual(all.toSorted())
  })

  it.each(rows.filter(({ name }) => operators.has(name)))(
    'says which arguments $name takes',
    ({ name, parameters }) => {
      expect(parameters.map(parameterOf)).toEqual(operators.get(name)?.parameters)
    },
  )

  it.each(rows.filter(({ name }) => operators.has(name)))('says what $name reads', ({ name, reads }) => {
    const said = readable.filter((what) => new RegExp(`\\b${what}`).test(reads))
    expect(said).toEqual(readsOf(name, operators.get(name)!))
  })

  it('says of exactly those operators that fail among the vectors that they may', () => {
    const failing = filesIn('test/fixtures/rulesets')
      .filter((path) => path.includes('/operators-'))
      .flatMap((path) =>
        Object.values((JSON.parse(textOf(path)) as { operators: Record<string, unknown[][]> }).operators),
      )
      .flat()
      .filter(([call, expected]) => JSON.stringify(expected) === '{"fails":true}' && isAlone(call))
      .map(([call]) => (call as string[])[0])
    expect([...new Set(failing)].toSorted()).toEqual(
      rows
        .filter(({ fails }) => fails !== '')
        .map(({ name }) => name)
        .toSorted(),
    )
  })

  it('says of every operator that hashes what it hashes', () => {
    const hashing = [...operators].filter(([, { hashInput }]) => hashInput !== undefined).map(([name]) => name)
    const said = rowsOf('What is hashed').flatMap(([names = '']) => codesIn(names))
    expect(said.toSorted()).toEqual(hashing.toSorted())
  })

  it('has every rule that the engine cites', () => {
    const cited = filesIn('engine/src')
      .flatMap((path) => [...textOf(path).matchAll(/\brules? ([A-Z]\d)(?: to ([A-Z]\d))?/g)])
      .flatMap(([, first, last]) => [first, last ?? first])
    expect(cited).not.toEqual([])
    expect(
      [...new Set(cited)].filter((rule) => !page.includes(`- **${rule}** `) && !page.includes(`. **${rule}** `)),
    ).toEqual([])
  })

  it('has the sections that the sources refer to', () => {
    const cited = filesIn('engine/src').flatMap((path) => [...textOf(path).matchAll(/docs\/ruleset\.md, "([^"]+)"/g)])
    expect(cited.map(([, heading]) => heading).filter((heading) => !page.includes(`# ${heading}\n`))).toEqual([])
  })
})

/** Whether the call fails by itself, not because of what `fail` gives it. */
function isAlone(call: unknown): boolean {
  return Array.isArray(call) && (call[0] === 'fail' || !JSON.stringify(call).includes('["fail'))
}
