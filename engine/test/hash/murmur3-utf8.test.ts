import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import murmurhash from 'murmurhash'
import { describe, expect, it } from 'vitest'
import { murmur3Utf8 } from '../../src/hash/murmur3-utf8.js'
import { checkEveryLength, longTexts, text } from './texts.js'

const recorded = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/flagd/murmur3.json', import.meta.url), 'utf8'),
) as { readonly rows: readonly { readonly input: string; readonly murmur3_x86_32_utf8: number }[] }

/** [text, hash with seed 0] */
const checkValues: [string, number][] = [
  ['', 0],
  ['a', 1009084850],
  ['abc', 3017643002],
  ['abcd', 1139631978],
  ['hello, world', 345750399],
  ['The quick brown fox jumps over the lazy dog', 776992547],
  ['a\0b', 1871496870],
  ['user-1', 4171401059],
  ['flag-1:user-123', 1828635123],
  ['é', 269551495],
  ['héllo', 3164577896],
  ['日本', 3302619458],
  ['😀', 3199479546],
]

/** [text, seed, hash] as circulated for tests of implementations */
const seededValues: [string, number, number][] = [
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['\0\0\0\0', 0, 0x2362f9de],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aa', 0x9747b28c, 0x5d211726],
  ['a', 0x9747b28c, 0x7fa09ea6],
  ['abcd', 0x9747b28c, 0xf0478627],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
]

describe('murmur3Utf8', () => {
  it.each(checkValues)('hashes %j to its check value', (input, hash) => {
    expect(murmur3Utf8(input)).toBe(hash)
  })

  it.each(seededValues)('hashes %j with seed %i to its check value', (input, seed, hash) => {
    expect(murmur3Utf8(input, seed)).toBe(hash)
  })

  it.each(recorded.rows)('hashes $input as flagd does', ({ input, murmur3_x86_32_utf8 }) => {
    expect(murmur3Utf8(input)).toBe(murmur3_x86_32_utf8)
  })

  it('hashes every text as an independent implementation does', () => {
    checkEveryLength((input) => expect(murmur3Utf8(input)).toBe(murmurhash.v3(input, 0)))
  })

  it.each(longTexts)('hashes %s as an independent implementation does', (_name, input) => {
    expect(murmur3Utf8(input)).toBe(murmurhash.v3(input, 0))
  })

  it('takes any 32-bit seed, signed or unsigned', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 0xffffffff }), (input, seed) => {
        expect(murmur3Utf8(input, seed)).toBe(murmurhash.v3(input, seed))
        expect(murmur3Utf8(input, seed | 0)).toBe(murmur3Utf8(input, seed))
      }),
    )
  })
})
