import { describe, expect, it } from 'vitest'
import { textOf } from './repository/files.js'

const page = textOf('docs/errors.md')

/** The members of a union of texts, read from its declaration. */
function unionIn(path: string, name: string): string[] {
  const [, members = ''] = new RegExp(`export type ${name} =((?:\\s*\\|[^|\n]+)+)`).exec(textOf(path)) ?? []
  return [...members.matchAll(/'([^']+)'/g)].map(([, member]) => member ?? '')
}

/** The codes that have a heading in a section. */
function codesUnder(heading: string): string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^### ([A-Z_]+)$/gm)].map(([, code]) => code ?? '')
}

describe('docs/errors.md', () => {
  it.each([
    ['Failures', 'relay/src/relay-error.ts', 'RelayErrorCode'],
    ['Findings', 'engine/src/ruleset/diagnostic.ts', 'DiagnosticCode'],
  ])('explains under %s exactly the codes that %s knows', (heading, path, union) => {
    const codes = unionIn(path, union)
    expect(codes).not.toEqual([])
    expect(codesUnder(heading).toSorted()).toEqual(codes.toSorted())
  })
})
