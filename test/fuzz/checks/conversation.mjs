/** Conversations on a socket of their own: what is written need not be HTTP, what comes back has to be. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'

/**
 * @typedef {object} Conversation
 * @property {readonly Buffer[]} pieces written one after the other
 * @property {'wait' | 'end' | 'reset'} ending after the last piece: listen, close this half, or cut the connection
 * @property {boolean} hasBodies whether answers have the bodies that their headers announce: those to HEAD have not
 */

/** Milliseconds without a byte after which nothing more is expected. */
const quietMs = 60

/**
 * Holds a conversation and reads what comes back, until the other side closes or falls silent.
 *
 * @param {number} port
 * @param {Conversation} conversation
 * @returns {Promise<number[]>} the statuses of the answers
 */
export async function converse(port, { pieces, ending, hasBodies }) {
  const answer = await exchange(port, pieces, ending)
  return statusesIn(answer, hasBodies)
}

function exchange(port, pieces, ending) {
  return new Promise((resolve) => {
    const chunks = []
    const socket = connect(port, '127.0.0.1')
    const quiet = setTimeout(() => socket.destroy(), quietMs)
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece)
      if (ending === 'end') socket.end()
      if (ending === 'reset') socket.resetAndDestroy()
    })
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      quiet.refresh()
    })
    socket.on('drain', () => quiet.refresh())
    // The relay may close while it is written to; what it had said before counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(quiet)
      resolve(Buffer.concat(chunks))
    })
  })
}

/** Takes answers apart: after a status line and headers comes what they announce, and nothing that is no answer. */
function statusesIn(answer, hasBodies) {
  const statuses = []
  for (let at = 0; at < answer.length;) {
    const end = answer.indexOf('\r\n\r\n', at)
    // Cut off in the middle of the headers: the connection ended first.
    if (end < 0) return statuses
    const head = answer.subarray(at, end).toString('latin1')
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]
    assert(status, `not an answer: ${JSON.stringify(head.slice(0, 100))}`)
    statuses.push(Number(status))
    const length = /^content-length: (\d+)$/im.exec(head)?.[1]
    const isOpenEnded = length === undefined && !['1', '204', '304'].some((start) => status.startsWith(start))
    if (!hasBodies || isOpenEnded) return statuses
    at = end + 4 + (['204', '304'].includes(status) ? 0 : Number(length ?? 0))
  }
  return statuses
}
