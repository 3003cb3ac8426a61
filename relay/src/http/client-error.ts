import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

const problems: Readonly<Record<string, readonly [status: number, errorDetails: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
}

/** Answers what cannot be read as HTTP, and closes the connection: nobody knows where the next request would begin. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, errorDetails] = problems[error.code ?? ''] ?? [400, 'this is not HTTP']
  const body = JSON.stringify({ errorCode: 'GENERAL', errorDetails })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
