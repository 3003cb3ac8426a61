import { access } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/telemetry/redact.js'

describe('redact', () => {
  it.each([
    ['a key', { key: 'x' }, { key: '***' }],
    ['keys in a list', { serverKeys: ['x', 'y'] }, { serverKeys: '***' }],
    [
      'a header',
      { headers: { 'X-API-Key': 'x', Authorization: 'Bearer x', accept: '*/*' } },
      { headers: { 'X-API-Key': '***', Authorization: '***', accept: '*/*' } },
    ],
    ['the name of a variable', { management_token: 'x' }, { management_token: '***' }],
    ['a context', { context: { email: 'a@example.com' } }, { context: '***' }],
    ['a targeting key', { evaluation: { targetingKey: 'user-1' } }, { evaluation: { targetingKey: '***' } }],
    ['a password deep inside', { a: [{ b: { password: 'x' } }] }, { a: [{ b: { password: '***' } }] }],
    ['the query of an address', { url: 'https://h/p?key=x#f' }, { url: 'https://h/p?***#f' }],
    ['the query of a path', { path: '/ofrep/v1/sse?token=x' }, { path: '/ofrep/v1/sse?***' }],
    [
      'the user of an address',
      { reason: 'cannot reach http://me:secret@proxy:3128/' },
      { reason: 'cannot reach http://***@proxy:3128/' },
    ],
    [
      'credentials in a text',
      { reason: 'sent Authorization: Bearer abc.def' },
      { reason: 'sent Authorization: Bearer ***' },
    ],
  ])('takes out %s', (_name, fields, expected) => {
    expect(redact(fields)).toEqual(expected)
  })

  it.each([
    ['flag keys', { flagKey: 'banner', flagKeys: ['a'] }],
    ['ordinary fields', { environment: 'shop', revision: 'abc', monkey: 1, durationMs: 2.5, ok: true, none: null }],
    ['questions', { reason: 'is it there?' }],
  ])('leaves %s', (_name, fields) => {
    expect(redact(fields)).toEqual(fields)
  })

  it('takes secrets out of errors and their causes', () => {
    const error = new TypeError('GET https://h/p?key=x failed', { cause: new Error('Bearer abc refused') })
    const text = JSON.stringify(redact({ error }))
    expect(text).toContain('TypeError')
    expect(text).not.toMatch(/key=x|abc/)
  })

  it('shows the stack of a mistake, and not of what the system refused', async () => {
    const refused: unknown = await access('/nowhere').catch((error: unknown) => error)
    expect(redact({ error: new TypeError('ours') })).toMatchObject({
      error: { stack: expect.stringContaining('.ts:') },
    })
    expect(redact({ error: new Error('outer', { cause: refused }) })).toMatchObject({
      error: { cause: { name: 'Error', message: expect.stringContaining('no such file'), code: 'ENOENT' } },
    })
    expect(redact({ refused })).not.toHaveProperty('refused.stack')
  })

  it('keeps lines short and never throws', () => {
    const circle: Record<string, unknown> = {
      list: Array.from({ length: 1_000 }, () => 'x'),
      text: 'y'.repeat(100_000),
      big: 1n,
    }
    circle['self'] = circle
    expect(JSON.stringify(redact(circle)).length).toBeLessThan(100_000)
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (fields) => {
        redact(fields)
      }),
    )
  })
})
