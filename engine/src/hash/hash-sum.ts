import { hex64 } from './hex.js'

/** A sum modulo 2^64 of 64-bit hashes: free of order, and updated by what changed alone. A hash is 16 hexadecimal digits. */
export interface HashSum {
  /** @throws RangeError unless given 16 hexadecimal digits: a caller's bug, hashes are computed or checked before */
  add(hash: string): void
  /** Takes back a hash that was added. @throws RangeError as `add` does */
  remove(hash: string): void
  /** The sum as 16 lower-case hexadecimal digits. */
  hex(): string
}

const HASH = /^[0-9a-f]{16}$/i

/**
 * Starts a sum of hashes.
 *
 * @param from the sum to go on from, as `hex()` wrote it
 * @throws RangeError unless `from` is 16 hexadecimal digits
 */
export function createHashSum(from: string = '0000000000000000'): HashSum {
  check(from)
  let high = half(from, 0)
  let low = half(from, 8)
  return {
    add(hash) {
      check(hash)
      const sum = low + half(hash, 8)
      high = (high + half(hash, 0) + (sum > 0xffffffff ? 1 : 0)) >>> 0
      low = sum >>> 0
    },
    remove(hash) {
      check(hash)
      const difference = low - half(hash, 8)
      high = (high - half(hash, 0) - (difference < 0 ? 1 : 0)) >>> 0
      low = difference >>> 0
    },
    hex: () => hex64(high, low),
  }
}

function check(hash: string): void {
  if (!HASH.test(hash)) throw new RangeError(`A 64-bit hash is 16 hexadecimal digits, not '${hash}'`)
}

/** The unsigned 32-bit integer of the eight digits from `at` on. */
function half(hash: string, at: number): number {
  return Number.parseInt(hash.slice(at, at + 8), 16)
}
