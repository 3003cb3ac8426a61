import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { core } from '../../src/compile/core.js'
import { knownDialects } from '../../src/index.js'
import { dialects } from '../../src/registry.js'
import { dialectLabel } from '../../src/ruleset/dialect-label.js'

/** By dialect and version: the operators that this version had when it was published. */
const published = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/rulesets/dialect-versions.json', import.meta.url), 'utf8'),
) as { readonly [dialect: string]: { readonly [version: string]: readonly string[] } }

describe.each([core, ...dialects])('the dialect $name', ({ name, version, operators }) => {
  it('has exactly the operators that its version was published with', () => {
    expect([...operators.keys()].toSorted()).toEqual(published[name]?.[String(version)])
  })

  it('has lost no operator of an older version', () => {
    for (const names of Object.values(published[name] ?? {})) {
      for (const operator of names) expect(operators.has(operator)).toBe(true)
    }
  })
})

describe('what a dialect is called', () => {
  it('is its name, with the version where that is another than 1', () => {
    expect(dialectLabel({ name: 'flagd', version: 1 })).toBe('flagd')
    expect(dialectLabel({ name: 'flagd', version: 2 })).toBe('flagd@2')
  })

  it('is known of all that this engine reads', () => {
    expect(knownDialects).toEqual(['cloudbees', 'featbit', 'flagbase', 'flagd', 'flagsmith'])
  })
})
