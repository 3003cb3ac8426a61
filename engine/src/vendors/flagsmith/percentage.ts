/** The vendor's one hash: of percentage splits and of multivariate ones. */
import { md5Utf8 } from '../../hash/md5-utf8.js'

const digest = new Int32Array(4)

/**
 * Percentage that belongs to a pair of identifiers, evenly spread.
 *
 * @returns `0 <= percentage < 100`, one of 9,998 values
 */
export function percentageOf(id: string, value: string): number {
  const pair = `${id},${value}`
  // A pair that lands on exactly 100 is hashed again, written once more each time.
  for (let text = pair; ; text = `${text},${pair}`) {
    const percentage = percentageOfText(text)
    if (percentage !== 100) return percentage
  }
}

/** The text whose digest becomes the pair's percentage. */
export function hashedText(id: string, value: string): string {
  const pair = `${id},${value}`
  let text = pair
  while (percentageOfText(text) === 100) text = `${text},${pair}`
  return text
}

/** `0 <= percentage <= 100`. */
function percentageOfText(text: string): number {
  md5Utf8(text, digest)
  return (remainder(digest) / 9_998) * 100
}

/** The digest, read as one 128-bit big-endian number, modulo 9,999. */
function remainder(words: Int32Array): number {
  let result = 0
  for (const word of words) result = (result * 0x1_0000_0000 + swapBytes(word)) % 9_999
  return result
}

function swapBytes(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
