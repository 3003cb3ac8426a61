import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHashSum } from '../../src/hash/hash-sum.js'

const hash = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const hashes = fc.array(hash, { maxLength: 20 })

/** [row, terms, sum] */
const rows: [string, string[], string][] = [
  ['nothing is zero', [], '0000000000000000'],
  ['one hash is itself', ['ef46db3751d8e999'], 'ef46db3751d8e999'],
  ['the lower halves carry', ['00000000ffffffff', '0000000000000001'], '0000000100000000'],
  ['the sum wraps at 2^64', ['ffffffffffffffff', '0000000000000002'], '0000000000000001'],
  ['digits may be upper case', ['ABCDEF0000000000', '0000000000000001'], 'abcdef0000000001'],
]

describe('createHashSum', () => {
  it.each(rows)('%s', (_row, terms, expected) => {
    const sum = createHashSum()
    for (const term of terms) sum.add(term)
    expect(sum.hex()).toBe(expected)
  })

  it('adds modulo 2^64', () => {
    fc.assert(
      fc.property(hashes, (terms) => {
        const total = terms.reduce((sum, term) => sum + term, 0n)
        expect(sumOf(terms).hex()).toBe(hexOf(BigInt.asUintN(64, total)))
      }),
    )
  })

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(hashes, (terms) => {
        expect(sumOf(terms.toReversed()).hex()).toBe(sumOf(terms).hex())
      }),
    )
  })

  it('takes back what was added', () => {
    fc.assert(
      fc.property(hashes, hash, (terms, extra) => {
        const sum = sumOf([...terms, extra])
        sum.remove(hexOf(extra))
        expect(sum.hex()).toBe(sumOf(terms).hex())
      }),
    )
  })

  it('goes on from a sum that was written down', () => {
    fc.assert(
      fc.property(hashes, hash, (terms, next) => {
        const resumed = createHashSum(sumOf(terms).hex())
        resumed.add(hexOf(next))
        expect(resumed.hex()).toBe(sumOf([...terms, next]).hex())
      }),
    )
  })

  it.each(['', 'abc', 'ef46db3751d8e99g', 'ef46db3751d8e9990', '0xef46db3751d8e9', ' ef46db3751d8e99'])(
    'refuses %j and keeps its sum',
    (malformed) => {
      const sum = createHashSum('000000000000002a')
      expect(() => sum.add(malformed)).toThrow(RangeError)
      expect(() => sum.remove(malformed)).toThrow(RangeError)
      expect(() => createHashSum(malformed)).toThrow(RangeError)
      expect(sum.hex()).toBe('000000000000002a')
    },
  )
})

function sumOf(terms: readonly bigint[]): ReturnType<typeof createHashSum> {
  const sum = createHashSum()
  for (const term of terms) sum.add(hexOf(term))
  return sum
}

function hexOf(value: bigint): string {
  return value.toString(16).padStart(16, '0')
}
