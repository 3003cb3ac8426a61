import { encodeUtf8, type Utf8Buffer } from './utf8.js'

/**
 * MurmurHash3 x86 32 over the UTF-8 bytes of a text; a lone surrogate counts as U+FFFD.
 *
 * @param seed 32-bit integer, signed or unsigned
 * @returns unsigned 32-bit integer
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp `MurmurHash3_x86_32`
 */
export function murmur3Utf8(text: string, seed: number = 0): number {
  const length = text.length
  const tail = length & ~3
  let hash = seed | 0
  let units = 0
  // Keys are nearly always ASCII: 55 ns for 20 characters, 80 by way of bytes. Whether they are is found out on the way.
  for (let i = 0; i < tail; i += 4) {
    const a = text.charCodeAt(i)
    const b = text.charCodeAt(i + 1)
    const c = text.charCodeAt(i + 2)
    const d = text.charCodeAt(i + 3)
    units |= a | b | c | d
    hash = mix(hash, a | (b << 8) | (c << 16) | (d << 24))
  }
  let rest = 0
  for (let i = length - 1; i >= tail; i -= 1) {
    const unit = text.charCodeAt(i)
    units |= unit
    rest = (rest << 8) | unit
  }
  if (units > 0x7f) return hashBytes(encodeUtf8(text), seed)
  return finish(hash ^ scramble(rest) ^ length)
}

function hashBytes({ bytes, view, length }: Utf8Buffer, seed: number): number {
  const tail = length & ~3
  let hash = seed | 0
  for (let i = 0; i < tail; i += 4) hash = mix(hash, view.getInt32(i, true))
  let rest = 0
  for (let i = length - 1; i >= tail; i -= 1) rest = (rest << 8) | (bytes[i] as number)
  return finish(hash ^ scramble(rest) ^ length)
}

function mix(hash: number, word: number): number {
  const mixed = hash ^ scramble(word)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function scramble(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
