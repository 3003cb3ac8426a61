import { encodeUtf8 } from './utf8.js'

const MASK = 0xffff_ffff_ffff_ffffn
const P1 = 0x9e37_79b1_85eb_ca87n
const P2 = 0xc2b2_ae3d_27d4_eb4fn
const P3 = 0x1656_67b1_9e37_79f9n
const P4 = 0x85eb_ca77_c2b2_ae63n
const P5 = 0x27d4_eb2f_1656_67c5n

/**
 * XXH64 with seed 0 of the UTF-8 bytes of a text.
 *
 * @param out receives the unsigned 32-bit halves: `out[0]` the high one, `out[1]` the low one
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export function xxh64Utf8(text: string, out: Uint32Array): void {
  const hash = hashBytes(encodeUtf8(text))
  out[0] = Number(hash >> 32n)
  out[1] = Number(hash & 0xffffffffn)
}

/** XXH64 with seed 0 of the UTF-8 bytes of a text as 16 lower-case hexadecimal digits. */
export function xxh64HexUtf8(text: string): string {
  return hashBytes(encodeUtf8(text)).toString(16).padStart(16, '0')
}

function hashBytes(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  let hash = P5
  if (bytes.length >= 32) {
    let lanes = [(P1 + P2) & MASK, P2, 0n, -P1 & MASK]
    for (; at + 32 <= bytes.length; at += 32) {
      lanes = lanes.map((lane, i) => round(lane, view.getBigUint64(at + i * 8, true)))
    }
    hash = [1n, 7n, 12n, 18n].reduce((sum, bits, i) => sum + rotate(lanes[i] ?? 0n, bits), 0n) & MASK
    for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * P1 + P4) & MASK
  }
  hash += BigInt(bytes.length)
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate((hash & MASK) ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4) & MASK
  }
  if (at + 4 <= bytes.length) {
    hash = (rotate((hash & MASK) ^ ((BigInt(view.getUint32(at, true)) * P1) & MASK), 23n) * P2 + P3) & MASK
    at += 4
  }
  for (; at < bytes.length; at += 1) {
    hash = (rotate((hash & MASK) ^ ((BigInt(view.getUint8(at)) * P5) & MASK), 11n) * P1) & MASK
  }
  return avalanche(hash & MASK)
}

function avalanche(hash: bigint): bigint {
  let h = ((hash ^ (hash >> 33n)) * P2) & MASK
  h = ((h ^ (h >> 29n)) * P3) & MASK
  return h ^ (h >> 32n)
}

function round(accumulator: bigint, lane: bigint): bigint {
  return (rotate((accumulator + lane * P2) & MASK, 31n) * P1) & MASK
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK
}
