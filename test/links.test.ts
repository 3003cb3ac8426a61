/**
 * Where the pages and the comments lead. What is in the repository has to be there; addresses outside of it are not asked, as a test
 * must not depend on them: they are well-formed, encrypted, and of hosts that somebody has looked at.
 */
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesIn, textOf } from './repository/files.js'
import { addressesIn, anchorsOf, undefinedReferences } from './repository/links.js'

const files = filesIn('.')
const pages = files.filter((path) => path.endsWith('.md'))
const sources = files.filter((path) => /\.(ts|tsx|mjs|js)$/.test(path) && !path.startsWith('test/'))

const isOutside = (address: string): boolean => /^[a-z][a-z+.-]*:/.test(address)
const isThere = (target: string): boolean => files.some((path) => path === target || path.startsWith(`${target}/`))

/** Not fetched; a new one is looked at by whoever adds it here. */
const hosts = new Set([
  'cucumber.io',
  'flagd.dev',
  'github.com',
  'keepachangelog.com',
  'openfeature.dev',
  'opentelemetry.io',
  'semver.org',
])
const ofThisMachine = /^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\//

/** What is wrong with an address within the repository; null where it leads somewhere. */
function lostLink(page: string, address: string): string | null {
  const [path = '', anchor] = address.split('#')
  const target = path === '' ? page : posix.join(posix.dirname(page), path).replace(/\/$/, '')
  if (!isThere(target)) return `${address}: there is no ${target}`
  if (anchor === undefined || !target.endsWith('.md') || anchorsOf(textOf(target)).has(anchor)) return null
  return `${address}: no such heading`
}

describe('the pages', () => {
  it.each(pages)('lead in %s only to files, pictures and headings that are there', (page) => {
    const inside = addressesIn(textOf(page)).filter((address) => !isOutside(address))
    expect(inside.flatMap((address) => lostLink(page, address) ?? [])).toEqual([])
  })

  it.each(pages)('refer in %s only to links that the page defines', (page) => {
    expect(undefinedReferences(textOf(page))).toEqual([])
  })

  it.each(pages)('lead in %s outside only to known hosts, encrypted', (page) => {
    const outside = addressesIn(textOf(page)).filter((each) => isOutside(each) && !ofThisMachine.test(each))
    const odd = outside.filter(
      (each) => !URL.canParse(each) || !each.startsWith('https://') || !hosts.has(new URL(each).host),
    )
    expect(odd).toEqual([])
  })

  it('are read with all their kinds of links', () => {
    const markdown = `[a](b.md#c) ![d](e.png) [f][g] <img src="h.png" alt="" /> <source srcset="i.png 1x, j.png 2x" />
<https://k.example/> \`[no](link)\`

[g]: l.md
[m]: <n.md>

\`\`\`md
[no](link)
\`\`\`
`
    expect(addressesIn(markdown).toSorted()).toEqual(
      ['b.md#c', 'e.png', 'l.md', 'n.md', 'h.png', 'i.png', 'j.png', 'https://k.example/'].toSorted(),
    )
    expect(undefinedReferences('[a][b] [c][] [d][e]\n\n[e]: f.md\n')).toEqual(['b', 'c'])
  })

  it.each(['nothing.md', '#nothing', 'docs/README.md#nothing', 'docs/images/nothing.png'])(
    'are found out: %s',
    (address) => {
      expect(lostLink('README.md', address)).not.toBeNull()
    },
  )
})

describe('comments in the sources', () => {
  it('name only pages and decisions that are there', () => {
    const lost = sources.flatMap((path) => {
      const text = textOf(path)
      const named = Array.from(text.matchAll(/\bdocs\/[\w./-]+\.md\b/g), ([name]) => name).filter(
        (name) => !isThere(name),
      )
      const numbers = Array.from(text.matchAll(/\bADR[- ](\d{4})\b/g), ([, number = '']) => number)
      const unknown = numbers.filter((number) => !files.some((file) => file.startsWith(`docs/adr/${number}-`)))
      return [...named, ...unknown].map((name) => `${path}: ${name}`)
    })
    expect(lost).toEqual([])
  })
})
