/**
 * Unsigned 64-bit arithmetic on 32-bit halves. A number is an Int32Array of two, the high half first, and is changed in
 * place: BigInt would allocate at every step.
 */

/** 1 when the 32-bit `sum` of `a` and `b` carried, else 0; without a branch, which random bits would mispredict. */
export function carryOf(a: number, b: number, sum: number): number {
  return ((a & b) | ((a | b) & ~sum)) >>> 31
}

/** The upper 32 bits of the product of two unsigned 32-bit integers, as a signed integer; long multiplication by 16 bits. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const cross = Math.imul(aHigh, bLow)
  // At most 2^32 - 1, so that nothing is lost: (2^16 - 1)^2 + 2 * (2^16 - 1).
  const middle = ((Math.imul(aLow, bLow) >>> 16) + (cross & 0xffff) + Math.imul(aLow, bHigh)) | 0
  return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (middle >>> 16)) | 0
}

/** Adds modulo 2^64. */
export function add64(target: Int32Array, high: number, low: number): void {
  const before = target[1] as number
  const sum = (before + low) | 0
  target[0] = (target[0] as number) + high + carryOf(before, low, sum)
  target[1] = sum
}

/** Multiplies modulo 2^64. */
export function multiply64(target: Int32Array, high: number, low: number): void {
  const targetHigh = target[0] as number
  const targetLow = target[1] as number
  target[0] = multiplyHigh(targetLow, low) + Math.imul(targetHigh, low) + Math.imul(targetLow, high)
  target[1] = Math.imul(targetLow, low)
}

/** Rotates to the left by 1 to 31 bits. */
export function rotate64(target: Int32Array, bits: number): void {
  const high = target[0] as number
  const low = target[1] as number
  target[0] = (high << bits) | (low >>> (32 - bits))
  target[1] = (low << bits) | (high >>> (32 - bits))
}

/** Exclusive or with itself shifted to the right by 1 to 63 bits. */
export function xorShift64(target: Int32Array, bits: number): void {
  const high = target[0] as number
  const low = target[1] as number
  if (bits >= 32) {
    target[1] = low ^ (high >>> (bits - 32))
    return
  }
  target[0] = high ^ (high >>> bits)
  target[1] = low ^ ((low >>> bits) | (high << (32 - bits)))
}
