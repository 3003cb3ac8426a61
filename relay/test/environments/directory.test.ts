import { describe, expect, it } from 'vitest'
import { createDirectory, maskKeys } from '../../src/environments/directory.js'
import type { Environment } from '../../src/environments/environment.js'

const environmentOf = (name: string): Environment => ({ name }) as Environment
const shop = environmentOf('shop')
const blog = environmentOf('blog')

describe('a directory of keys', () => {
  const directory = createDirectory([
    { environment: shop, serverKeys: ['shop-server', 'shop-server-2'], clientKeys: ['shop-client'] },
    { environment: blog, serverKeys: ['blog-server'], clientKeys: [] },
  ])

  it.each([
    ['shop-server', shop, 'server', 'shop/server'],
    ['shop-server-2', shop, 'server', 'shop/server'],
    ['shop-client', shop, 'client', 'shop/client'],
    ['blog-server', blog, 'server', 'blog/server'],
  ])('opens with %s what it is for', (key, environment, audience, scope) => {
    expect(directory.access(key)).toEqual({ environment, audience, scope })
  })

  it.each(['', 'shop-serve', 'shop-server ', 'SHOP-SERVER', '__proto__'])('refuses the unknown key %j', (key) => {
    expect(directory.access(key)).toBe('unknown-key')
  })

  it('asks for a key where none was presented', () => {
    expect(directory.access(undefined)).toBe('missing-key')
  })

  it('never puts a key into a scope', () => {
    expect(JSON.stringify(directory.access('shop-client'))).not.toContain('shop-client')
  })

  it('lists its environments', () => {
    expect(directory.environments).toEqual([shop, blog])
  })

  it('is open to everybody, as to a server, where the only environment has no keys', () => {
    const open = createDirectory([{ environment: shop, serverKeys: [], clientKeys: [] }])
    const access = { environment: shop, audience: 'server', scope: 'shop/server' }
    expect(open.access(undefined)).toEqual(access)
    expect(open.access('anything')).toEqual(access)
  })

  it('refuses to be made without keys for several environments, or with one key for two', () => {
    const keyless = { serverKeys: [], clientKeys: [] }
    expect(() =>
      createDirectory([
        { environment: shop, ...keyless },
        { environment: blog, ...keyless },
      ]),
    ).toThrow(TypeError)
    expect(() => createDirectory([{ environment: shop, serverKeys: ['same'], clientKeys: ['same'] }])).toThrow(
      'a key of shop/client stands twice',
    )
  })

  it('shows of a key its last four characters, and of a short one nothing', () => {
    expect(maskKeys({ environment: shop, serverKeys: ['0123456789abcdef'], clientKeys: ['short'] })).toEqual([
      { audience: 'server', masked: '....cdef' },
      { audience: 'client', masked: '....' },
    ])
  })
})
