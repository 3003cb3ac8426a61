import { encodeUtf8 } from './utf8.js'

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
]
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32))

/**
 * MD5 of the UTF-8 bytes of a text, as the four state words: `out[0]` holds the first four bytes of the digest, the
 * first byte lowest (little endian), and so on.
 *
 * @param out receives signed 32-bit words at 0..3
 * @see https://www.rfc-editor.org/rfc/rfc1321
 */
export function md5Utf8(text: string, out: Int32Array): void {
  const bytes = encodeUtf8(text)
  const blocks = (bytes.length + 72) >>> 6
  const message = new Uint8Array(blocks * 64)
  message.set(bytes)
  message[bytes.length] = 0x80
  const view = new DataView(message.buffer)
  view.setUint32(blocks * 64 - 8, bytes.length << 3, true)
  view.setUint32(blocks * 64 - 4, Math.floor(bytes.length / 2 ** 29), true)
  out.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476])
  for (let block = 0; block < blocks; block += 1) addBlock(view, block * 64, out)
}

/** MD5 of the UTF-8 bytes of a text as 32 lower-case hexadecimal digits. */
export function md5HexUtf8(text: string): string {
  const words = new Int32Array(4)
  md5Utf8(text, words)
  let hex = ''
  for (const word of words) {
    for (let shift = 0; shift < 32; shift += 8) hex += ((word >>> shift) & 0xff).toString(16).padStart(2, '0')
  }
  return hex
}

function addBlock(view: DataView, at: number, out: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = out
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4
    const mixed = [(b & c) | (~b & d), (d & b) | (~d & c), b ^ c ^ d, c ^ (b | ~d)][round] ?? 0
    const index = [i, 5 * i + 1, 3 * i + 5, 7 * i][round] ?? 0
    const sum = (a + mixed + view.getInt32(at + (index % 16) * 4, true) + (SINES[i] ?? 0)) | 0
    const shift = SHIFTS[round]?.[i % 4] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
  }
  out[0] = (out[0] ?? 0) + a
  out[1] = (out[1] ?? 0) + b
  out[2] = (out[2] ?? 0) + c
  out[3] = (out[3] ?? 0) + d
}
