import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RefusalCounts, RefusalReason } from '../telemetry/refusal-counts.js'

type Problem = readonly [status: number, errorDetails: string, reason: RefusalReason]

const problems: ReadonlyMap<string | undefined, Problem> = new Map([
  ['HPE_HEADER_OVERFLOW', [431, 'the headers are too long', 'too-large']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'the chunk extensions are too long', 'too-large']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'the request did not arrive in time', 'too-slow']],
])

const unreadable: Problem = [400, 'this is not HTTP', 'not-http']

/** Answers what cannot be read as HTTP, and closes the connection: nobody knows where the next request would begin. */
export function clientErrorHandler(refusals: RefusalCounts): (error: NodeJS.ErrnoException, socket: Duplex) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const [status, errorDetails, reason] = problems.get(error.code) ?? unreadable
    refusals.count(reason)
    answer(socket, status, errorDetails)
  }
}

function answer(socket: Duplex, status: number, errorDetails: string): void {
  const body = JSON.stringify({ errorCode: 'GENERAL', errorDetails })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
