import { encodeUtf8 } from './utf8.js'

/**
 * MurmurHash3 x86 32 over the UTF-8 bytes of a text.
 *
 * @param seed 32-bit integer
 * @returns unsigned 32-bit integer
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export function murmur3Utf8(text: string, seed = 0): number {
  const bytes = encodeUtf8(text)
  const length = bytes.length
  const tail = length & ~3
  let hash = seed | 0
  for (let i = 0; i < tail; i += 4) hash = addWord(hash, wordAt(bytes, i, length))
  if (tail < length) hash ^= scramble(wordAt(bytes, tail, length))
  return finish(hash ^ length)
}

function wordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0
  for (let i = Math.min(at + 4, end) - 1; i >= at; i -= 1) word = (word << 8) | (bytes[i] ?? 0)
  return word
}

function scramble(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}

function addWord(hash: number, word: number): number {
  const mixed = hash ^ scramble(word)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
