import { describe, expect, it } from 'vitest'
import { filesIn, textOf } from './repository/files.js'

const files = filesIn('.')
const pages = files.filter((path) => path.endsWith('.md'))
const manifests = files.filter((path) => path.endsWith('package.json'))

interface Lockfile {
  readonly packages: Record<string, { readonly resolved?: string; readonly link?: true }>
}

const lockfile: Lockfile = JSON.parse(textOf('package-lock.json'))

describe('the repository', () => {
  it.each([...manifests, 'package-lock.json'])('depends on no package of the rox family in %s', (path) => {
    expect(textOf(path)).not.toMatch(/"(node_modules\/)?rox-[a-z-]+"/)
  })

  it('records no download address in the lockfile', () => {
    const addresses = Object.values(lockfile.packages).filter(({ resolved, link }) => resolved !== undefined && !link)
    expect(addresses).toEqual([])
  })

  // The patterns are put together from pieces, so that they do not find themselves.
  it.each([
    ['a package registry', new RegExp(['registry', '[a-z]+', '(org|com|io)'].join(String.raw`\.`))],
    ['a page of a package registry', new RegExp(['npm', 'js', String.raw`\.com`].join(''))],
    ['a folder of one machine', new RegExp(`(?<![\\w.:/~-])/(${['work', 'home', 'root', 'Users'].join('|')})/[\\w.-]`)],
  ])('names %s nowhere', (_, pattern) => {
    expect(files.filter((path) => pattern.test(textOf(path)))).toEqual([])
  })

  it('never tells a reader to fetch the command by a name that is not ours to publish', () => {
    expect(pages.filter((path) => textOf(path).includes('npx switchyard'))).toEqual([])
  })

  it('numbers its decisions once each, and each says its number in its title', () => {
    const numbers = files.flatMap((path) => /^docs\/adr\/(\d{4})-/.exec(path)?.[1] ?? [])
    expect(new Set(numbers).size).toBe(numbers.length)
    const titles = files.filter((path) => path.startsWith('docs/adr/')).map((path) => textOf(path).slice(2, 6))
    expect(titles).toEqual(numbers)
  })
})
