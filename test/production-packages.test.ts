import { describe, expect, it } from 'vitest'
import { noticeText } from '../tools/notice.mjs'
import { limits, problemsOf, productionPackages } from '../tools/production-packages.mjs'
import type { Lockfile } from '../tools/sbom.mjs'
import { textOf } from './repository/files.js'

const lock = JSON.parse(textOf('package-lock.json')) as Lockfile

describe.each(limits)('what $workspace brings with it', ({ workspace, max }) => {
  const packages = productionPackages(lock, workspace)

  it(`is at most ${max} packages, all under licences that ask for nothing but to be named`, () => {
    expect(problemsOf(packages, max)).toEqual([])
  })

  it('has what its manifest names', () => {
    const { dependencies } = JSON.parse(textOf(`${workspace}/package.json`)) as { dependencies: Record<string, string> }
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(dependencies)))
  })
})

it('a package too many, or one under another licence, is told', () => {
  const packages: Lockfile['packages'] = {
    relay: { dependencies: { a: '1' } },
    'node_modules/a': { version: '1.0.0', license: 'GPL-3.0', dependencies: { b: '1' } },
    'node_modules/a/node_modules/b': { version: '2.0.0' },
    'node_modules/c': { version: '1.0.0', license: 'MIT' },
  }
  expect(problemsOf(productionPackages({ packages }, 'relay'), 1)).toEqual([
    '2 packages, where 1 are allowed',
    'a@1.0.0 has the licence GPL-3.0',
    'b@2.0.0 has the licence none',
  ])
})

describe('NOTICE', () => {
  it('is what is installed now, in the repository and in the package of the relay', () => {
    expect(textOf('NOTICE')).toBe(noticeText(lock))
    expect(textOf('relay/NOTICE')).toBe(textOf('NOTICE'))
  })

  it('says of each package whose it is', () => {
    const entries = textOf('NOTICE').split("Part of the management plane's page")[0]?.split('\n\n').slice(2) ?? []
    expect(entries.length).toBeGreaterThan(90)
    expect(entries.filter((entry) => entry.trim() !== '' && !entry.trim().includes('\n'))).toEqual([])
  })
})
