import { describe, expect, it } from 'vitest'
import { createRecentContexts } from '../../src/http/recent-contexts.js'

const body = (context: unknown): Buffer => Buffer.from(JSON.stringify({ context }))

describe('recent contexts', () => {
  it('do not read again what came twice', () => {
    const contexts = createRecentContexts()
    const read = [1, 2, 3].map(() => contexts.read(body({ a: 'é' })))
    expect(read[0]?.accepted).toEqual({ ok: true, context: { a: 'é' } })
    expect(read[1]).not.toBe(read[0])
    expect(read[2]).toBe(read[1])
  })

  it('tell other bytes apart, also where they would be the same text in another encoding', () => {
    const contexts = createRecentContexts()
    const texts = ['é', '\u00c3\u00a9', 'e\u0301']
    for (let round = 0; round < 3; round += 1) {
      const read = texts.map((text) => contexts.read(body({ a: text })).accepted)
      expect(read).toEqual(texts.map((a) => ({ ok: true, context: { a } })))
    }
  })

  it('remember what is wrong with a body too', () => {
    const contexts = createRecentContexts()
    for (let round = 0; round < 3; round += 1) {
      expect(contexts.read(Buffer.from('{')).accepted).toEqual({ ok: false, problem: 'the body is not JSON' })
    }
  })

  it('forget what came long ago', () => {
    const contexts = createRecentContexts()
    const [, second] = [contexts.read(body({ user: -1 })), contexts.read(body({ user: -1 }))]
    for (let user = 0; user < 20_000; user += 1) contexts.read(body({ user: user >> 1 }))
    expect(contexts.read(body({ user: -1 }))).not.toBe(second)
  })

  it('do not keep long bodies', () => {
    const contexts = createRecentContexts()
    const long = body({ a: 'x'.repeat(3_000) })
    const read = new Set([1, 2, 3].map(() => contexts.read(long)))
    expect(read.size).toBe(3)
  })
})
