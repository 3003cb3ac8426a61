import { hex64 } from './hex.js'
import { encodeUtf8, type Utf8Buffer } from './utf8.js'

const BLOCK_BYTES = 64
/** The most bytes that fit into one block with their padding and length. */
const ONE_BLOCK = 55

type WordIndex = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15

/** The block in work, as words. */
const block = new Int32Array(16) as Int32Array & Record<WordIndex, number>
const state = new Int32Array(4) as Int32Array & Record<0 | 1 | 2 | 3, number>

/**
 * MD5 over the UTF-8 bytes of a text, as the four words of its state; a lone surrogate counts as U+FFFD.
 *
 * @param out receives signed 32-bit words at 0 to 3: `out[0]` is the first four bytes of the digest, the first byte lowest
 *   (little endian), `out[3]` the last four
 * @see https://www.rfc-editor.org/rfc/rfc1321
 */
export function md5Utf8(text: string, out: Int32Array): void {
  hashText(text)
  out[0] = state[0]
  out[1] = state[1]
  out[2] = state[2]
  out[3] = state[3]
}

/** MD5 over the UTF-8 bytes of a text, as 32 lower-case hexadecimal digits. @see md5Utf8 */
export function md5HexUtf8(text: string): string {
  hashText(text)
  return hex64(swapBytes(state[0]), swapBytes(state[1])) + hex64(swapBytes(state[2]), swapBytes(state[3]))
}

/** Leaves the hash of a text in `state`. */
function hashText(text: string): void {
  setState(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  if (text.length <= ONE_BLOCK && fillFromAscii(text)) addBlock()
  else addBytes(encodeUtf8(text))
}

/** Fills the block with a text of at most 55 code units; false when they are not ASCII, and the block is of no use. */
function fillFromAscii(text: string): boolean {
  const length = text.length
  const tail = length & ~3
  let units = 0
  for (let i = 0; i < tail; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    units |= a | b | c | d
    block[i >> 2] = a | (b << 8) | (c << 16) | (d << 24)
  }
  let rest = 0x80
  for (let i = length - 1; i >= tail; i -= 1) {
    const unit = text.charCodeAt(i)
    units |= unit
    rest = (rest << 8) | unit
  }
  block.fill(0, tail >> 2)
  block[tail >> 2] = rest
  block[14] = length << 3
  return units <= 0x7f
}

/** Adds bytes of any length and their padding. */
function addBytes({ bytes, view, length }: Utf8Buffer): void {
  const end = (length + 8 + BLOCK_BYTES) & -BLOCK_BYTES
  bytes[length] = 0x80
  bytes.fill(0, length + 1, end)
  view.setInt32(end - 8, length << 3, true)
  view.setInt32(end - 4, Math.floor(length / 2 ** 29), true)
  for (let at = 0; at < end; at += BLOCK_BYTES) {
    for (let i = 0; i < 16; i += 1) block[i] = view.getInt32(at + i * 4, true)
    addBlock()
  }
}

/**
 * Adds the block to the state. The 64 steps stand in the order of the RFC, a line each: written out, a key of 24 characters
 * takes 165 ns; loops over four steps at a time take 180, one over all of them 220.
 */
function addBlock(): void {
  const { 0: a, 1: b, 2: c, 3: d } = state
  addRound1()
  addRound2()
  addRound3()
  addRound4()
  state[0] += a
  state[1] += b
  state[2] += c
  state[3] += d
}

function addRound1(): void {
  let { 0: a, 1: b, 2: c, 3: d } = state
  let sum = 0
  a = (b + (((sum = a + ((b & c) | (~b & d)) + block[0] + 0xd76aa478) << 7) | (sum >>> 25))) | 0
  d = (a + (((sum = d + ((a & b) | (~a & c)) + block[1] + 0xe8c7b756) << 12) | (sum >>> 20))) | 0
  c = (d + (((sum = c + ((d & a) | (~d & b)) + block[2] + 0x242070db) << 17) | (sum >>> 15))) | 0
  b = (c + (((sum = b + ((c & d) | (~c & a)) + block[3] + 0xc1bdceee) << 22) | (sum >>> 10))) | 0
  a = (b + (((sum = a + ((b & c) | (~b & d)) + block[4] + 0xf57c0faf) << 7) | (sum >>> 25))) | 0
  d = (a + (((sum = d + ((a & b) | (~a & c)) + block[5] + 0x4787c62a) << 12) | (sum >>> 20))) | 0
  c = (d + (((sum = c + ((d & a) | (~d & b)) + block[6] + 0xa8304613) << 17) | (sum >>> 15))) | 0
  b = (c + (((sum = b + ((c & d) | (~c & a)) + block[7] + 0xfd469501) << 22) | (sum >>> 10))) | 0
  a = (b + (((sum = a + ((b & c) | (~b & d)) + block[8] + 0x698098d8) << 7) | (sum >>> 25))) | 0
  d = (a + (((sum = d + ((a & b) | (~a & c)) + block[9] + 0x8b44f7af) << 12) | (sum >>> 20))) | 0
  c = (d + (((sum = c + ((d & a) | (~d & b)) + block[10] + 0xffff5bb1) << 17) | (sum >>> 15))) | 0
  b = (c + (((sum = b + ((c & d) | (~c & a)) + block[11] + 0x895cd7be) << 22) | (sum >>> 10))) | 0
  a = (b + (((sum = a + ((b & c) | (~b & d)) + block[12] + 0x6b901122) << 7) | (sum >>> 25))) | 0
  d = (a + (((sum = d + ((a & b) | (~a & c)) + block[13] + 0xfd987193) << 12) | (sum >>> 20))) | 0
  c = (d + (((sum = c + ((d & a) | (~d & b)) + block[14] + 0xa679438e) << 17) | (sum >>> 15))) | 0
  b = (c + (((sum = b + ((c & d) | (~c & a)) + block[15] + 0x49b40821) << 22) | (sum >>> 10))) | 0
  setState(a, b, c, d)
}

function addRound2(): void {
  let { 0: a, 1: b, 2: c, 3: d } = state
  let sum = 0
  a = (b + (((sum = a + ((b & d) | (c & ~d)) + block[1] + 0xf61e2562) << 5) | (sum >>> 27))) | 0
  d = (a + (((sum = d + ((a & c) | (b & ~c)) + block[6] + 0xc040b340) << 9) | (sum >>> 23))) | 0
  c = (d + (((sum = c + ((d & b) | (a & ~b)) + block[11] + 0x265e5a51) << 14) | (sum >>> 18))) | 0
  b = (c + (((sum = b + ((c & a) | (d & ~a)) + block[0] + 0xe9b6c7aa) << 20) | (sum >>> 12))) | 0
  a = (b + (((sum = a + ((b & d) | (c & ~d)) + block[5] + 0xd62f105d) << 5) | (sum >>> 27))) | 0
  d = (a + (((sum = d + ((a & c) | (b & ~c)) + block[10] + 0x02441453) << 9) | (sum >>> 23))) | 0
  c = (d + (((sum = c + ((d & b) | (a & ~b)) + block[15] + 0xd8a1e681) << 14) | (sum >>> 18))) | 0
  b = (c + (((sum = b + ((c & a) | (d & ~a)) + block[4] + 0xe7d3fbc8) << 20) | (sum >>> 12))) | 0
  a = (b + (((sum = a + ((b & d) | (c & ~d)) + block[9] + 0x21e1cde6) << 5) | (sum >>> 27))) | 0
  d = (a + (((sum = d + ((a & c) | (b & ~c)) + block[14] + 0xc33707d6) << 9) | (sum >>> 23))) | 0
  c = (d + (((sum = c + ((d & b) | (a & ~b)) + block[3] + 0xf4d50d87) << 14) | (sum >>> 18))) | 0
  b = (c + (((sum = b + ((c & a) | (d & ~a)) + block[8] + 0x455a14ed) << 20) | (sum >>> 12))) | 0
  a = (b + (((sum = a + ((b & d) | (c & ~d)) + block[13] + 0xa9e3e905) << 5) | (sum >>> 27))) | 0
  d = (a + (((sum = d + ((a & c) | (b & ~c)) + block[2] + 0xfcefa3f8) << 9) | (sum >>> 23))) | 0
  c = (d + (((sum = c + ((d & b) | (a & ~b)) + block[7] + 0x676f02d9) << 14) | (sum >>> 18))) | 0
  b = (c + (((sum = b + ((c & a) | (d & ~a)) + block[12] + 0x8d2a4c8a) << 20) | (sum >>> 12))) | 0
  setState(a, b, c, d)
}

function addRound3(): void {
  let { 0: a, 1: b, 2: c, 3: d } = state
  let sum = 0
  a = (b + (((sum = a + (b ^ c ^ d) + block[5] + 0xfffa3942) << 4) | (sum >>> 28))) | 0
  d = (a + (((sum = d + (a ^ b ^ c) + block[8] + 0x8771f681) << 11) | (sum >>> 21))) | 0
  c = (d + (((sum = c + (d ^ a ^ b) + block[11] + 0x6d9d6122) << 16) | (sum >>> 16))) | 0
  b = (c + (((sum = b + (c ^ d ^ a) + block[14] + 0xfde5380c) << 23) | (sum >>> 9))) | 0
  a = (b + (((sum = a + (b ^ c ^ d) + block[1] + 0xa4beea44) << 4) | (sum >>> 28))) | 0
  d = (a + (((sum = d + (a ^ b ^ c) + block[4] + 0x4bdecfa9) << 11) | (sum >>> 21))) | 0
  c = (d + (((sum = c + (d ^ a ^ b) + block[7] + 0xf6bb4b60) << 16) | (sum >>> 16))) | 0
  b = (c + (((sum = b + (c ^ d ^ a) + block[10] + 0xbebfbc70) << 23) | (sum >>> 9))) | 0
  a = (b + (((sum = a + (b ^ c ^ d) + block[13] + 0x289b7ec6) << 4) | (sum >>> 28))) | 0
  d = (a + (((sum = d + (a ^ b ^ c) + block[0] + 0xeaa127fa) << 11) | (sum >>> 21))) | 0
  c = (d + (((sum = c + (d ^ a ^ b) + block[3] + 0xd4ef3085) << 16) | (sum >>> 16))) | 0
  b = (c + (((sum = b + (c ^ d ^ a) + block[6] + 0x04881d05) << 23) | (sum >>> 9))) | 0
  a = (b + (((sum = a + (b ^ c ^ d) + block[9] + 0xd9d4d039) << 4) | (sum >>> 28))) | 0
  d = (a + (((sum = d + (a ^ b ^ c) + block[12] + 0xe6db99e5) << 11) | (sum >>> 21))) | 0
  c = (d + (((sum = c + (d ^ a ^ b) + block[15] + 0x1fa27cf8) << 16) | (sum >>> 16))) | 0
  b = (c + (((sum = b + (c ^ d ^ a) + block[2] + 0xc4ac5665) << 23) | (sum >>> 9))) | 0
  setState(a, b, c, d)
}

function addRound4(): void {
  let { 0: a, 1: b, 2: c, 3: d } = state
  let sum = 0
  a = (b + (((sum = a + (c ^ (b | ~d)) + block[0] + 0xf4292244) << 6) | (sum >>> 26))) | 0
  d = (a + (((sum = d + (b ^ (a | ~c)) + block[7] + 0x432aff97) << 10) | (sum >>> 22))) | 0
  c = (d + (((sum = c + (a ^ (d | ~b)) + block[14] + 0xab9423a7) << 15) | (sum >>> 17))) | 0
  b = (c + (((sum = b + (d ^ (c | ~a)) + block[5] + 0xfc93a039) << 21) | (sum >>> 11))) | 0
  a = (b + (((sum = a + (c ^ (b | ~d)) + block[12] + 0x655b59c3) << 6) | (sum >>> 26))) | 0
  d = (a + (((sum = d + (b ^ (a | ~c)) + block[3] + 0x8f0ccc92) << 10) | (sum >>> 22))) | 0
  c = (d + (((sum = c + (a ^ (d | ~b)) + block[10] + 0xffeff47d) << 15) | (sum >>> 17))) | 0
  b = (c + (((sum = b + (d ^ (c | ~a)) + block[1] + 0x85845dd1) << 21) | (sum >>> 11))) | 0
  a = (b + (((sum = a + (c ^ (b | ~d)) + block[8] + 0x6fa87e4f) << 6) | (sum >>> 26))) | 0
  d = (a + (((sum = d + (b ^ (a | ~c)) + block[15] + 0xfe2ce6e0) << 10) | (sum >>> 22))) | 0
  c = (d + (((sum = c + (a ^ (d | ~b)) + block[6] + 0xa3014314) << 15) | (sum >>> 17))) | 0
  b = (c + (((sum = b + (d ^ (c | ~a)) + block[13] + 0x4e0811a1) << 21) | (sum >>> 11))) | 0
  a = (b + (((sum = a + (c ^ (b | ~d)) + block[4] + 0xf7537e82) << 6) | (sum >>> 26))) | 0
  d = (a + (((sum = d + (b ^ (a | ~c)) + block[11] + 0xbd3af235) << 10) | (sum >>> 22))) | 0
  c = (d + (((sum = c + (a ^ (d | ~b)) + block[2] + 0x2ad7d2bb) << 15) | (sum >>> 17))) | 0
  b = (c + (((sum = b + (d ^ (c | ~a)) + block[9] + 0xeb86d391) << 21) | (sum >>> 11))) | 0
  setState(a, b, c, d)
}

function setState(a: number, b: number, c: number, d: number): void {
  state[0] = a
  state[1] = b
  state[2] = c
  state[3] = d
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}
