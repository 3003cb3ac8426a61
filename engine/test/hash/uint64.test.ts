import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex64 } from '../../src/hash/hex.js'
import { add64, carryOf, multiply64, multiplyHigh, rotate64, xorShift64 } from '../../src/hash/uint64.js'

const edges = [0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 63n, 2n ** 64n - 1n]
const uint64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(...edges))
const uint32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff),
)

describe('64-bit arithmetic on halves', () => {
  it('finds the carry of a 32-bit addition', () => {
    fc.assert(
      fc.property(uint32, uint32, (a, b) => {
        expect(carryOf(a, b, (a + b) | 0)).toBe(a + b > 0xffffffff ? 1 : 0)
      }),
    )
  })

  it('finds the upper half of a 32-bit product', () => {
    fc.assert(
      fc.property(uint32, uint32, (a, b) => {
        expect(multiplyHigh(a, b) >>> 0).toBe(Number((BigInt(a) * BigInt(b)) >> 32n))
      }),
    )
  })

  it('adds modulo 2^64', () => {
    fc.assert(
      fc.property(uint64, uint64, (a, b) => {
        expect(after(a, (target) => add64(target, high(b), low(b)))).toBe(BigInt.asUintN(64, a + b))
      }),
    )
  })

  it('multiplies modulo 2^64', () => {
    fc.assert(
      fc.property(uint64, uint64, (a, b) => {
        expect(after(a, (target) => multiply64(target, high(b), low(b)))).toBe(BigInt.asUintN(64, a * b))
      }),
    )
  })

  it('rotates to the left', () => {
    fc.assert(
      fc.property(uint64, fc.integer({ min: 1, max: 31 }), (a, bits) => {
        const rotated = (a << BigInt(bits)) | (a >> BigInt(64 - bits))
        expect(after(a, (target) => rotate64(target, bits))).toBe(BigInt.asUintN(64, rotated))
      }),
    )
  })

  it('mixes a number with itself shifted to the right', () => {
    fc.assert(
      fc.property(uint64, fc.integer({ min: 1, max: 63 }), (a, bits) => {
        expect(after(a, (target) => xorShift64(target, bits))).toBe(a ^ (a >> BigInt(bits)))
      }),
    )
  })
})

describe('hex64', () => {
  it('writes 16 lower-case digits, whether the halves are signed or not', () => {
    fc.assert(
      fc.property(uint64, (a) => {
        const digits = a.toString(16).padStart(16, '0')
        expect(hex64(high(a), low(a))).toBe(digits)
        expect(hex64(high(a) | 0, low(a) | 0)).toBe(digits)
      }),
    )
  })
})

function after(value: bigint, change: (target: Int32Array) => void): bigint {
  const target = Int32Array.of(high(value), low(value))
  change(target)
  return (BigInt((target[0] ?? 0) >>> 0) << 32n) | BigInt((target[1] ?? 0) >>> 0)
}

function high(value: bigint): number {
  return Number(value >> 32n)
}

function low(value: bigint): number {
  return Number(value & 0xffffffffn)
}
