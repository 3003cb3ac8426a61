import { posix } from 'node:path'
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

  it.each(pages)('links in %s only to what is there', (page) => {
    const links = [...textOf(page).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(([, link]) => link ?? '')
    const targets = links.map((link) => posix.join(posix.dirname(page), link).replace(/\/$/, ''))
    const isThere = (target: string): boolean => files.some((path) => path === target || path.startsWith(`${target}/`))
    expect(targets.filter((target) => !isThere(target))).toEqual([])
  })

  it.each(pages)('links in %s only to headings that are there', (page) => {
    const links = [...textOf(page).matchAll(/\]\((?![a-z]+:)([^)#\s]*)#([^)\s]+)\)/g)]
    const lost = links.filter(([, path = '', anchor = '']) => {
      const target = path === '' ? page : posix.join(posix.dirname(page), path)
      return target.endsWith('.md') && !anchorsOf(textOf(target)).has(anchor)
    })
    expect(lost.map(([link]) => link)).toEqual([])
  })
})

/** Anchors of a page's headings, as they are shown on GitHub. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const prose = markdown.replaceAll(/^( *)```.*\n(?:.*\n)*?\1```$/gm, '')
  const anchors = [...prose.matchAll(/^#+ +(.+?) *$/gm)].map(([, heading = '']) => {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = text.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
  return new Set(anchors)
}
