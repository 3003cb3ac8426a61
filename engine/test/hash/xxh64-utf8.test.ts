import { describe, expect, it } from 'vitest'
import { sha256HexUtf8 } from '../../src/hash/sha256-utf8.js'
import { xxh64HexUtf8, xxh64Utf8 } from '../../src/hash/xxh64-utf8.js'
import { referenceXxh64 } from './reference-xxh64.js'
import { checkEveryLength, longTexts } from './texts.js'

/** [length, hash]: the sanity checks of xxHash itself, over the first bytes of its generated buffer */
const sanityChecks: [number, bigint][] = [
  [0, 0xef46db3751d8e999n],
  [1, 0xe934a84adb052768n],
  [4, 0x9136a0dca57457een],
  [14, 0x8282dcc4994e35c8n],
  [222, 0xb641ae8cb691c174n],
]

/** [text, hash] as published with implementations; the longest has 63 characters, which passes every branch */
const published: [string, string][] = [
  ['', 'ef46db3751d8e999'],
  ['\0', 'e934a84adb052768'],
  ['a', 'd24ec4f1a98c6e5b'],
  ['as', '1c330fb2d66be179'],
  ['asd', '631c37ce72a97393'],
  ['asdf', '415872f599cea71e'],
  ['abc', '44bc2cf5ad770999'],
  ['Call me Ishmael. Some years ago--never mind how long precisely-', '02a2e85470d6fd96'],
]

/** [text, XXH64 of its SHA-256 in hexadecimal digits]: recorded from Flagbase */
const recorded: [string, bigint][] = [
  ['new-checkout', 3051438042476071759n],
  ['new-checkouta', 16855092600071264033n],
  ['new-checkoutuser-1', 7744472726854563259n],
  ['new-checkoutuser-2', 3752092571545021240n],
]

describe('xxh64HexUtf8', () => {
  it.each(published)('hashes %j to its published value', (input, hash) => {
    expect(xxh64HexUtf8(input)).toBe(hash)
  })

  it.each(recorded)('hashes the salt of %s as Flagbase does', (input, hash) => {
    expect(xxh64HexUtf8(sha256HexUtf8(input))).toBe(hexOf(hash))
  })

  it.each(sanityChecks)('is compared with a reference that passes the check of xxHash on %i bytes', (length, hash) => {
    expect(referenceXxh64(sanityBytes(length))).toBe(hash)
  })

  it('hashes every text as the reference does', () => {
    checkEveryLength((input) => expect(xxh64HexUtf8(input)).toBe(hexOf(referenceXxh64(Buffer.from(input)))))
  })

  it.each(longTexts)('hashes %s as the reference does', (_name, input) => {
    expect(xxh64HexUtf8(input)).toBe(hexOf(referenceXxh64(Buffer.from(input))))
  })
})

describe('xxh64Utf8', () => {
  it('writes the unsigned halves, the high one first', () => {
    const halves = new Uint32Array(2)
    xxh64Utf8('a', halves)
    expect([...halves]).toEqual([0xd24ec4f1, 0xa98c6e5b])
  })
})

function hexOf(hash: bigint): string {
  return hash.toString(16).padStart(16, '0')
}

/** The buffer that xxHash checks itself on: the highest bytes of a 32-bit prime times a growing power of a 64-bit one. */
function sanityBytes(length: number): Uint8Array {
  let generator = 2654435761n
  return Uint8Array.from({ length }, () => {
    const byte = Number(generator >> 56n)
    generator = BigInt.asUintN(64, generator * 11400714785074694797n)
    return byte
  })
}
