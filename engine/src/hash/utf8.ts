/** UTF-8 without a platform: the byte rule that every hash of this folder shares. */

/** Room for bytes, and how many of them are in use. */
export interface Utf8Buffer {
  readonly bytes: Uint8Array
  /** The same bytes, to be read as words. */
  readonly view: DataView
  /** The bytes in use are `bytes[0]` to `bytes[length - 1]`. */
  length: number
}

/** Room behind the text for the padding of a hash that works in blocks of 64 bytes. */
const PADDING_BYTES = 72

const scratch: Utf8Buffer = createUtf8Buffer(65_536)

/** An empty buffer of a fixed size. */
export function createUtf8Buffer(size: number): Utf8Buffer {
  const bytes = new Uint8Array(size)
  return { bytes, view: new DataView(bytes.buffer), length: 0 }
}

/**
 * Encodes text as UTF-8; a lone surrogate becomes U+FFFD (EF BF BD), as the platforms' encoders do.
 *
 * @returns one buffer shared by all calls, so that nothing is allocated for texts of at most 21,000 code units: valid until
 *   the next call, to be read at once and never kept. The 72 bytes behind the text may be overwritten
 * @see https://www.rfc-editor.org/rfc/rfc3629 section 3
 */
export function encodeUtf8(text: string): Utf8Buffer {
  const mostBytes = text.length * 3 + PADDING_BYTES
  const target = mostBytes <= scratch.bytes.length ? scratch : createUtf8Buffer(mostBytes)
  target.length = 0
  appendUtf8(target, text, 0, text.length)
  return target
}

/**
 * Appends the UTF-8 bytes of the code units `[start, end)` of a text to a buffer with room for three bytes a unit. The
 * caller does not cut a surrogate pair: halves are lone surrogates.
 */
export function appendUtf8(target: Utf8Buffer, text: string, start: number, end: number): void {
  const { bytes } = target
  let at = target.length
  let i = start
  // Text is nearly always ASCII, which a loop of its own encodes a third faster.
  for (; i < end; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) break
    bytes[at++] = unit
  }
  target.length = at
  if (i < end) appendBeyondAscii(target, text, i, end)
}

function appendBeyondAscii(target: Utf8Buffer, text: string, start: number, end: number): void {
  const { bytes } = target
  let at = target.length
  for (let i = start; i < end; i += 1) {
    const point = pointAt(text, i, end)
    if (point < 0x80) {
      bytes[at++] = point
    } else if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6)
      bytes[at++] = continuation(point)
    } else if (point < 0x10000) {
      bytes[at++] = 0xe0 | (point >> 12)
      bytes[at++] = continuation(point >> 6)
      bytes[at++] = continuation(point)
    } else {
      bytes[at++] = 0xf0 | (point >> 18)
      bytes[at++] = continuation(point >> 12)
      bytes[at++] = continuation(point >> 6)
      bytes[at++] = continuation(point)
      i += 1
    }
  }
  target.length = at
}

/** The code point that starts at a code unit; U+FFFD for a surrogate without its other half. */
function pointAt(text: string, at: number, end: number): number {
  const unit = text.charCodeAt(at)
  if ((unit & 0xf800) !== 0xd800) return unit
  const next = at + 1 < end ? text.charCodeAt(at + 1) : 0
  const isPair = unit < 0xdc00 && (next & 0xfc00) === 0xdc00
  return isPair ? 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00) : 0xfffd
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f)
}
