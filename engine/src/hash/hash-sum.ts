/** A sum modulo 2^64 of 64-bit hashes: free of order, and updated by what changed alone. */
export interface HashSum {
  /** Adds a hash, given as its unsigned 32-bit halves. */
  add(hi: number, lo: number): void
  /** Takes back a hash that was added before. */
  remove(hi: number, lo: number): void
  /** The sum as 16 lower-case hexadecimal digits. */
  hex(): string
}

/**
 * Starts a sum of hashes.
 *
 * @param from the sum to go on from, as `hex()` wrote it
 * @throws RangeError unless `from` is 16 hexadecimal digits: a caller's bug, documents are checked before
 */
export function createHashSum(from: string = '0000000000000000'): HashSum {
  if (!/^[0-9a-f]{16}$/i.test(from)) throw new RangeError(`A hash sum is 16 hexadecimal digits, not '${from}'`)
  let high = Number.parseInt(from.slice(0, 8), 16)
  let low = Number.parseInt(from.slice(8), 16)
  return {
    add(hi, lo) {
      const sum = low + lo
      high = (high + hi + (sum > 0xffffffff ? 1 : 0)) >>> 0
      low = sum >>> 0
    },
    remove(hi, lo) {
      const difference = low - lo
      high = (high - hi - (difference < 0 ? 1 : 0)) >>> 0
      low = difference >>> 0
    },
    hex: () => hex32(high) + hex32(low),
  }
}

function hex32(word: number): string {
  return word.toString(16).padStart(8, '0')
}
