import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUsageBatch } from '../../src/usage/read-usage-batch.js'

const entry = { flag: 'banner', variant: 'on', reason: 'STATIC', count: 3 }
const read = (value: unknown) => readUsageBatch(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)))

describe('a usage batch', () => {
  it('is read, and members that it does not know are ignored', () => {
    const withoutVariant = { flag: '', reason: 'ERROR', count: 0, later: 1 }
    expect(read({ batch: 'k:1', evaluations: [entry, withoutVariant], later: true })).toEqual({
      ok: true,
      batch: {
        key: 'k:1',
        evaluations: [
          { flagKey: 'banner', variant: 'on', reason: 'STATIC', count: 3 },
          { flagKey: '', variant: '', reason: 'ERROR', count: 0 },
        ],
      },
    })
  })

  it.each([0, 1, 2 ** 31 - 1])('counts up to %d', (count) => {
    expect(read({ batch: 'k', evaluations: [{ ...entry, count }] })).toMatchObject({ ok: true })
  })

  const list = { name: 'a list', body: '[]', problem: 'the body is not a JSON object in UTF-8' }
  const aCount = 'evaluations[1].count is not an integer from 0 to 2147483647'
  const aKey = 'batch is not a text of 1 to 64 letters, digits and the characters _ . : -'
  const ofEntry = (members: object): object => ({ batch: 'k', evaluations: [entry, { ...entry, ...members }] })
  it.each<{ readonly name: string; readonly body: unknown; readonly problem: string }>([
    list,
    { ...list, name: 'nothing', body: '' },
    { ...list, name: 'half of JSON', body: '{"batch":' },
    { ...list, name: 'null', body: 'null' },
    { name: 'no key', body: { evaluations: [] }, problem: aKey },
    { name: 'an empty key', body: { batch: '', evaluations: [] }, problem: aKey },
    { name: 'a long key', body: { batch: 'x'.repeat(65), evaluations: [] }, problem: aKey },
    { name: 'a key with a line break', body: { batch: 'a\n', evaluations: [] }, problem: aKey },
    { name: 'a number for a key', body: { batch: 7, evaluations: [] }, problem: aKey },
    { name: 'no list', body: { batch: 'k', evaluations: {} }, problem: 'evaluations is not a list' },
    {
      name: 'an entry that is none',
      body: { batch: 'k', evaluations: [null] },
      problem: 'evaluations[0] is not an object',
    },
    { name: 'a flag that is no text', body: ofEntry({ flag: 1 }), problem: 'evaluations[1].flag is not text' },
    {
      name: 'a variant that is no text',
      body: ofEntry({ variant: null }),
      problem: 'evaluations[1].variant is not text',
    },
    { name: 'no reason', body: ofEntry({ reason: undefined }), problem: 'evaluations[1].reason is not text' },
    { name: 'a count below zero', body: ofEntry({ count: -1 }), problem: aCount },
    { name: 'a count beyond 31 bits', body: ofEntry({ count: 2 ** 31 }), problem: aCount },
    { name: 'half a count', body: ofEntry({ count: 0.5 }), problem: aCount },
    { name: 'a count as text', body: ofEntry({ count: '1' }), problem: aCount },
    { name: 'no count', body: ofEntry({ count: undefined }), problem: aCount },
  ])('is refused for $name', ({ body, problem }) => {
    expect(read(body)).toEqual({ ok: false, problem })
  })

  it('is refused where it is not UTF-8', () => {
    expect(readUsageBatch(Buffer.from('{"batch":"k\u00e9"}', 'latin1'))).toMatchObject({ ok: false })
  })

  it('never makes reading throw', () => {
    fc.assert(fc.property(fc.json(), (text) => void read(text)))
    fc.assert(fc.property(fc.jsonValue(), (evaluations) => void read({ batch: 'k', evaluations: [evaluations] })))
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readUsageBatch(Buffer.from(bytes))))
  })
})
