import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { md5HexUtf8, md5Utf8 } from '../../src/hash/md5-utf8.js'
import { checkEveryLength, longTexts } from './texts.js'

/** [text, digest]: the suite of RFC 1321, appendix A.5 */
const suite: [string, string][] = [
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
]

describe('md5HexUtf8', () => {
  it.each(suite)('hashes %j to its value in RFC 1321', (input, digest) => {
    expect(md5HexUtf8(input)).toBe(digest)
  })

  it('hashes every text as the platform does', () => {
    checkEveryLength((input) => expect(md5HexUtf8(input)).toBe(platformMd5(input)))
  })

  it.each(longTexts)('hashes %s as the platform does', (_name, input) => {
    expect(md5HexUtf8(input)).toBe(platformMd5(input))
  })

  it('hashes a short text the same after one that is not ASCII', () => {
    expect([md5HexUtf8('é'.repeat(50)), md5HexUtf8('a')]).toEqual([platformMd5('é'.repeat(50)), platformMd5('a')])
  })
})

describe('md5Utf8', () => {
  it('writes the words of the digest, the first byte lowest, as signed integers', () => {
    const words = new Int32Array(4)
    md5Utf8('flaguser-1', words)
    const digest = createHash('md5').update('flaguser-1').digest()
    expect([...words]).toEqual([0, 4, 8, 12].map((at) => digest.readInt32LE(at)))
  })

  it('touches nothing behind the four words', () => {
    const words = new Int32Array(6).fill(7)
    md5Utf8('a', words)
    expect([...words.subarray(4)]).toEqual([7, 7])
  })
})

function platformMd5(input: string): string {
  return createHash('md5').update(input).digest('hex')
}
