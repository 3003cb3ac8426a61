/** UTF-8 encoding without a platform: the byte rule that every hash of this folder shares. */

const REPLACEMENT = 0xfffd

let scratch = new Uint8Array(1024)

/**
 * Encodes text as UTF-8; a lone surrogate becomes U+FFFD (EF BF BD), as encoders of the platforms do.
 *
 * @returns a view of one buffer shared by all calls: valid until the next call, to be read at once and never kept
 * @see https://www.rfc-editor.org/rfc/rfc3629
 */
export function encodeUtf8(text: string): Uint8Array {
  const mostBytes = text.length * 3
  if (scratch.length < mostBytes) scratch = new Uint8Array(mostBytes * 2)
  return scratch.subarray(0, writeUtf8(text, 0, text.length, scratch, 0))
}

/**
 * Writes the UTF-8 bytes of the code units `[start, end)` of a text into `target`; a surrogate pair must not be cut.
 *
 * @param at index of the first byte to write; the room needed is at most three bytes a code unit
 * @returns index after the last byte written
 */
export function writeUtf8(text: string, start: number, end: number, target: Uint8Array, at: number): number {
  let index = at
  for (let i = start; i < end; i += 1) {
    let point = text.charCodeAt(i)
    if (point < 0x80) {
      target[index++] = point
      continue
    }
    if (point < 0x800) {
      target[index++] = 0xc0 | (point >> 6)
    } else {
      if (point >= 0xd800 && point <= 0xdfff) {
        const next = i + 1 < end ? text.charCodeAt(i + 1) : 0
        const isPair = point <= 0xdbff && next >= 0xdc00 && next <= 0xdfff
        point = isPair ? 0x10000 + ((point - 0xd800) << 10) + (next - 0xdc00) : REPLACEMENT
        if (isPair) i += 1
      }
      if (point >= 0x10000) {
        target[index++] = 0xf0 | (point >> 18)
        target[index++] = 0x80 | ((point >> 12) & 0x3f)
      } else {
        target[index++] = 0xe0 | (point >> 12)
      }
      target[index++] = 0x80 | ((point >> 6) & 0x3f)
    }
    target[index++] = 0x80 | (point & 0x3f)
  }
  return index
}
