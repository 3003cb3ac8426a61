import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256HexUtf8 } from '../../src/hash/sha256-utf8.js'
import { checkEveryLength, longTexts } from './texts.js'

/** [row, text, digest]: the examples that NIST publishes for FIPS 180-4 */
const examples: [string, string, string][] = [
  ['no bit', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['24 bits', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    '448 bits',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [
    '896 bits',
    'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
    'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
  ],
  ['a million letters', 'a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
]

describe('sha256HexUtf8', () => {
  it.each(examples)('hashes %s to its published value', (_row, input, digest) => {
    expect(sha256HexUtf8(input)).toBe(digest)
  })

  it('hashes every text as the platform does', () => {
    checkEveryLength((input) => expect(sha256HexUtf8(input)).toBe(platformSha256(input)))
  })

  it.each(longTexts)('hashes %s as the platform does', (_name, input) => {
    expect(sha256HexUtf8(input)).toBe(platformSha256(input))
  })
})

function platformSha256(input: string): string {
  return createHash('sha256').update(input).digest('hex')
}
