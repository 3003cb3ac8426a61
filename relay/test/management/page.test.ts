/** The page as the management plane serves it. Reads the build. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { contentPolicy } from '../../src/management/page.js'

const maxBytes = 40_000

const html = readFileSync(new URL('../../dist/page/page.html', import.meta.url), 'utf8')

describe('the page', () => {
  it(`is one file of at most ${maxBytes} bytes, compressed by brotli`, () => {
    expect(brotliCompressSync(html).length).toBeLessThanOrEqual(maxBytes)
  })

  it('asks for nothing from elsewhere', () => {
    const addresses = Array.from(html.matchAll(/(?:src|href)="([^"]*)"/g), ([, address]) => address)
    expect(addresses).toEqual([expect.stringMatching(/^data:image\/svg\+xml,/)])
    expect(html).not.toMatch(/@import|url\(/)
  })

  it('has one script and one style, both in their place', () => {
    expect(html.match(/<script/g)).toHaveLength(1)
    expect(html.match(/<\/script/g)).toHaveLength(1)
    expect(html.match(/<style/g)).toHaveLength(1)
    expect(html).not.toContain('<style></style>')
  })

  it('names in its policy the hashes of its script and its style, and nothing unsafe', () => {
    const policy = contentPolicy('<style>a{}</style><script type="module">b()</script>')
    expect(policy).toContain(`style-src 'sha256-${hash('sha256', 'a{}', 'base64')}';`)
    expect(policy).toContain(`script-src 'sha256-${hash('sha256', 'b()', 'base64')}';`)
    expect(policy).toMatch(/^default-src 'none';/)
    expect(contentPolicy(html)).not.toContain('unsafe')
    expect(contentPolicy(html).match(/'sha256-/g)).toHaveLength(2)
  })
})
