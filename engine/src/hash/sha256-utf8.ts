import { hex64 } from './hex.js'
import { encodeUtf8 } from './utf8.js'

const BLOCK_BYTES = 64

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
// prettier-ignore
const START = Int32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
)

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
// prettier-ignore
const ROUND_CONSTANTS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
)

const state = new Int32Array(8) as Int32Array & Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7, number>
const schedule = new Int32Array(64)

/**
 * SHA-256 over the UTF-8 bytes of a text, as 64 lower-case hexadecimal digits; a lone surrogate counts as U+FFFD.
 *
 * @see https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
export function sha256HexUtf8(text: string): string {
  const { bytes, view, length } = encodeUtf8(text)
  const end = (length + 8 + BLOCK_BYTES) & -BLOCK_BYTES
  bytes[length] = 0x80
  bytes.fill(0, length + 1, end)
  view.setInt32(end - 8, Math.floor(length / 2 ** 29))
  view.setInt32(end - 4, length << 3)
  state.set(START)
  for (let at = 0; at < end; at += BLOCK_BYTES) addBlock(view, at)
  return stateHex(0) + stateHex(2) + stateHex(4) + stateHex(6)
}

function stateHex(at: number): string {
  return hex64(state[at] as number, state[at + 1] as number)
}

function fillSchedule(view: DataView, at: number): void {
  for (let i = 0; i < 16; i += 1) schedule[i] = view.getInt32(at + i * 4)
  for (let i = 16; i < 64; i += 1) {
    const early = schedule[i - 15] as number
    const late = schedule[i - 2] as number
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    schedule[i] = (schedule[i - 16] as number) + sigma0 + (schedule[i - 7] as number) + sigma1
  }
}

function addBlock(view: DataView, at: number): void {
  fillSchedule(view, at)
  let { 0: a, 1: b, 2: c, 3: d, 4: e, 5: f, 6: g, 7: h } = state
  for (let i = 0; i < 64; i += 1) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const first = (h + sum1 + choice + (ROUND_CONSTANTS[i] as number) + (schedule[i] as number)) | 0
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + sum0 + majority) | 0
  }
  addToState(0, a, b)
  addToState(2, c, d)
  addToState(4, e, f)
  addToState(6, g, h)
}

function addToState(at: number, first: number, second: number): void {
  state[at] = (state[at] as number) + first
  state[at + 1] = (state[at + 1] as number) + second
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}
