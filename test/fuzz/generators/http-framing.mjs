/** Ways to say how long a body is: rightly, wrongly, twice, or in chunks that are broken off. */
import fc from 'fast-check'

/**
 * A body with what announces it.
 *
 * @typedef {(body: Buffer) => { headers: [string, unknown][], body: (Buffer | string)[] }} Framing
 */

/** @returns {Framing} */
function withLengths(...lengths) {
  return (body) => ({
    headers: lengths.map((length) => ['Content-Length', typeof length === 'function' ? length(body.length) : length]),
    body: [body],
  })
}

/**
 * @param {(chunks: (Buffer | string)[]) => (Buffer | string)[]} change what is wrong with the chunks
 * @returns {Framing}
 */
function inChunks(change = (chunks) => chunks, coding = 'chunked') {
  return (body) => ({
    headers: [['Transfer-Encoding', coding]],
    body: change([...chunksOf(body), '0\r\n\r\n']),
  })
}

function chunksOf(body) {
  const half = Math.ceil(body.length / 2)
  const parts = [body.subarray(0, half), body.subarray(half)].filter(({ length }) => length > 0)
  return parts.flatMap((part) => [`${part.length.toString(16)}\r\n`, part, '\r\n'])
}

const sound = withLengths((length) => length)
const soundChunks = inChunks()

/** In place of a length. */
const lengths = ['-1', '+5', '0x5', '1e3', '5, 5', '', ' ', '18446744073709551616', '9'.repeat(400), '5;']

/** In place of `chunked`. */
const codings = ['gzip, chunked', 'chunked, chunked', 'identity', 'chunked, identity', 'xchunked', '']

/** In place of a chunk's size. */
const sizes = ['zz', '-1', 'FFFFFFFFFFFFFFFF', 'FFFFFFFFFFFFFFFFF', '5;'.padEnd(20_000, 'x'), '', '1;a="']

const broken = [
  (body) => ({ headers: [], body: [body] }),
  withLengths((length) => length + 5),
  withLengths((length) => length >> 1),
  withLengths(
    (length) => length,
    (length) => length,
  ),
  withLengths(
    (length) => length,
    (length) => length + 1,
  ),
  ...lengths.map((length) => withLengths(length)),
  (body) => ({ ...soundChunks(body), headers: [...sound(body).headers, ...soundChunks(body).headers] }),
  ...codings.map((coding) => inChunks(undefined, coding)),
  inChunks((chunks) => chunks.slice(0, -1)),
  inChunks((chunks) => chunks.slice(0, -2)),
  inChunks((chunks) => [...chunks.slice(0, -1), '0\r\nTrailer: x\r\n\r\n']),
  inChunks((chunks) => [...chunks.slice(0, -1), `0\r\n${'T: x\r\n'.repeat(5_000)}\r\n`]),
  ...sizes.map((size) => inChunks((chunks) => [`${size}\r\n`, ...chunks.slice(1)])),
]

/** @type {fc.Arbitrary<Framing>} */
export const framings = fc.oneof(
  { weight: 6, arbitrary: fc.constant(sound) },
  { weight: 3, arbitrary: fc.constant(soundChunks) },
  { weight: 4, arbitrary: fc.constantFrom(...broken) },
)
