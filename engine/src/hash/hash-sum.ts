/** A sum modulo 2^64 of 64-bit hashes: free of order, and updated by what changed alone. */
export interface HashSum {
  /** Adds a hash, given as its unsigned 32-bit halves. */
  add(hi: number, lo: number): void
  /** Takes back a hash that was added. */
  remove(hi: number, lo: number): void
  /** The sum as 16 lower-case hexadecimal digits. */
  hex(): string
}

/**
 * Starts a sum of hashes.
 *
 * @param from the sum to go on from, 16 hexadecimal digits as `hex()` wrote them; zero when left out
 * @throws RangeError when `from` is anything else: a caller's bug, documents are checked before
 */
export function createHashSum(from = '0000000000000000'): HashSum {
  if (!/^[0-9a-f]{16}$/i.test(from)) throw new RangeError(`A hash sum starts from 16 hexadecimal digits, not ${from}`)
  let high = Number.parseInt(from.slice(0, 8), 16) | 0
  let low = Number.parseInt(from.slice(8), 16) | 0
  return {
    add(hi, lo) {
      const sum = (low >>> 0) + (lo >>> 0)
      high = (high + hi + (sum > 0xffffffff ? 1 : 0)) | 0
      low = sum | 0
    },
    remove(hi, lo) {
      const difference = (low >>> 0) - (lo >>> 0)
      high = (high - hi - (difference < 0 ? 1 : 0)) | 0
      low = difference | 0
    },
    hex() {
      return hex32(high) + hex32(low)
    },
  }
}

function hex32(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
