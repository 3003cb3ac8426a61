/** One request on a connection of its own, as bytes, and the time until its answer is there. */
import { connect } from 'node:net'

/**
 * @typedef {object} Answer
 * @property {number} status 0 where there was none
 * @property {boolean} isSilent whether nothing but waiting was left: neither an answer nor the end of the connection
 * @property {string} head status line and headers, of all that came
 * @property {string} body as it came, chunks and all; of a stream, what came with the headers
 * @property {number} ms from the connection on until all of it was there
 */

/** For what is all there and is not answered. */
const deadlineMs = 10_000
/** For what is not all there: the relay waits for the rest, and this does not. */
const impatientMs = 300

/**
 * @param {number} port on 127.0.0.1
 * @param {Buffer} bytes
 * @param {{ hasBody: boolean, isWhole: boolean }} request whether an answer brings the body that its headers announce; whether all of
 *   the request is there
 * @returns {Promise<Answer>}
 */
export function ask(port, bytes, { hasBody, isWhole }) {
  return new Promise((resolve) => {
    let [text, startedMs] = ['', performance.now()]
    const socket = connect(port, '127.0.0.1', () => {
      startedMs = performance.now()
      socket.write(bytes)
    })
    const finish = (isSilent) => {
      clearTimeout(deadline)
      const ms = performance.now() - startedMs
      socket.removeAllListeners()
      socket.on('error', () => {})
      // Closed in order it would wait for a minute, and 100,000 of them would take all ports.
      socket.resetAndDestroy()
      resolve({ ...partsOf(text), ms, isSilent })
    }
    const deadline = setTimeout(() => finish(true), isWhole ? deadlineMs : impatientMs)
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
      if (isComplete(text, hasBody)) finish(false)
    })
    // The relay may close while it is written to; what it had said before counts.
    socket.on('error', () => {})
    socket.on('close', () => finish(false))
  })
}

/** Answers that only say to go on are none. */
const goOn = /^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n(?:[^\r]+\r\n)*\r\n)*/

function partsOf(all) {
  const text = all.replace(goOn, '')
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return { status: 0, head: text, body: '' }
  return { status: Number(text.slice(9, 12)), head: text.slice(0, end), body: text.slice(end + 4) }
}

function isComplete(all, hasBody) {
  const { status, head, body } = partsOf(all)
  if (status === 0) return false
  if (!hasBody || status === 204 || status === 304 || /\r\ncontent-type: text\/event-stream/i.test(head)) return true
  if (/\r\ntransfer-encoding: chunked/i.test(head)) return /(?:^|\r\n)0\r\n\r\n$/.test(body)
  return body.length >= Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
}
