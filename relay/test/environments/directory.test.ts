import { describe, expect, it } from 'vitest'
import { accessKey } from '../../src/config/access-key.js'
import { createDirectory, type DirectoryEntry, type Grant } from '../../src/environments/directory.js'
import type { Environment } from '../../src/environments/environment.js'
import { keyDatesOf, maskKeys } from '../../src/environments/key-reports.js'

const environmentOf = (name: string): Environment => ({ name }) as Environment
const shop = environmentOf('shop')
const blog = environmentOf('blog')

interface Keys {
  readonly environment: Environment
  readonly serverKeys?: readonly string[]
  readonly clientKeys?: readonly string[]
}

/** Keys that are good for ever, as the configuration gives them. */
function entryOf({ environment, serverKeys = [], clientKeys = [] }: Keys): DirectoryEntry {
  return {
    environment,
    serverKeys: serverKeys.map((key) => accessKey(key)),
    clientKeys: clientKeys.map((key) => accessKey(key)),
  }
}

const options = {
  now: () => {
    throw new Error('the clock is read for keys that have no date')
  },
  onExpiredUse: () => {},
}

describe('a directory of keys', () => {
  const directory = createDirectory(
    [
      entryOf({ environment: shop, serverKeys: ['shop-server', 'shop-server-2'], clientKeys: ['shop-client'] }),
      entryOf({ environment: blog, serverKeys: ['blog-server'] }),
    ],
    options,
  )

  it.each([
    ['shop-server', shop, 'server', 'shop/server'],
    ['shop-server-2', shop, 'server', 'shop/server'],
    ['shop-client', shop, 'client', 'shop/client'],
    ['blog-server', blog, 'server', 'blog/server'],
  ])('opens with %s what it is for', (key, environment, audience, scope) => {
    expect(directory.access(key)).toEqual({ environment, audience, scope })
  })

  it.each(['', 'shop-serve', 'shop-server ', 'SHOP-SERVER', '__proto__', accessKey('shop-server').digest])(
    'refuses the unknown key %j',
    (key) => {
      expect(directory.access(key)).toBe('unknown-key')
    },
  )

  it('asks for a key where none was presented', () => {
    expect(directory.access(undefined)).toBe('missing-key')
  })

  it('never puts a key into a scope', () => {
    expect(JSON.stringify(directory.access('shop-client'))).not.toContain('shop-client')
  })

  it('keeps no key, only what tells whether one is right', () => {
    expect(JSON.stringify(directory.grants)).not.toMatch(/(shop|blog)-(server|client)/)
  })

  it('lists its environments', () => {
    expect(directory.environments).toEqual([shop, blog])
  })

  it('is open to everybody, as to a server, where the only environment has no keys', () => {
    const open = createDirectory([entryOf({ environment: shop })], options)
    const access = { environment: shop, audience: 'server', scope: 'shop/server' }
    expect(open.access(undefined)).toEqual(access)
    expect(open.access('anything')).toEqual(access)
  })

  it('refuses to be made without keys for several environments, or with one key for two', () => {
    const keyless = [entryOf({ environment: shop }), entryOf({ environment: blog })]
    expect(() => createDirectory(keyless, options)).toThrow(TypeError)
    const twice = entryOf({ environment: shop, serverKeys: ['same'], clientKeys: ['same'] })
    expect(() => createDirectory([twice], options)).toThrow('a key of shop/client stands twice')
  })
})

describe('a key with a date', () => {
  const untilMs = Date.UTC(2027, 0, 31)
  const dated: DirectoryEntry = {
    environment: shop,
    serverKeys: [accessKey('old', untilMs), accessKey('new')],
    clientKeys: [accessKey('web', untilMs + 1)],
  }

  function open(entries: readonly DirectoryEntry[] = [dated]) {
    const clock = { ms: untilMs - 1 }
    const used: Grant[] = []
    const directory = createDirectory(entries, { now: () => clock.ms, onExpiredUse: (grant) => used.push(grant) })
    return { clock, used, directory }
  }

  it('opens until then, and nothing from then on; the others go on', () => {
    const { clock, used, directory } = open()
    const access = directory.access('old')
    expect(access).toMatchObject({ audience: 'server' })
    clock.ms = untilMs
    expect(directory.access('old')).toBe('expired-key')
    expect(used).toEqual([{ key: dated.serverKeys[0], access }])
    expect([directory.access('new'), directory.access('web')]).toMatchObject([
      { audience: 'server' },
      { audience: 'client' },
    ])
    clock.ms += 1
    expect(directory.access('web')).toBe('expired-key')
  })

  it('opens again when the clock is put back, or when its date is put off', () => {
    const { clock, directory } = open()
    const access = directory.access('old') as Grant['access']
    clock.ms = untilMs
    expect([directory.holds(access), directory.hasExpired()]).toEqual([false, true])
    clock.ms = untilMs - 1
    expect([directory.holds(access), directory.hasExpired()]).toEqual([true, false])
    expect(directory.access('old')).toBe(access)
    clock.ms = untilMs
    directory.replace([{ ...dated, serverKeys: [accessKey('old', untilMs + 1)] }])
    expect(directory.access('old')).toBe(access)
  })

  it('opens nothing to everybody when it was the only one', () => {
    const { clock, directory } = open([{ ...dated, serverKeys: [accessKey('old', untilMs)], clientKeys: [] }])
    clock.ms = untilMs
    expect([directory.access(undefined), directory.access('x')]).toEqual(['missing-key', 'unknown-key'])
  })
})

describe('what is shown of keys', () => {
  const untilMs = Date.UTC(2027, 0, 31)
  const keys = { serverKeys: [accessKey('0123456789abcdef')], clientKeys: [accessKey('short', untilMs)] }

  it('is the last four characters, of a short one nothing, and until when it counts', () => {
    expect(maskKeys(keys, untilMs - 1)).toEqual([
      { audience: 'server', masked: '....cdef', validUntil: null, isExpired: false },
      { audience: 'client', masked: '....', validUntil: '2027-01-31T00:00:00.000Z', isExpired: false },
    ])
    expect(maskKeys(keys, untilMs).map(({ isExpired }) => isExpired)).toEqual([false, true])
  })

  it('is in the metrics the place in the configuration, of those that have a date', () => {
    expect(keyDatesOf(keys)).toEqual([{ place: 'clientKeys[0]', validUntilMs: untilMs }])
  })
})
