/** Reads request bodies: bounded in bytes, and without detours when all of it comes at once. */
import type { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.js'

const empty = Buffer.alloc(0)

/**
 * Reads the body and calls back once: at once where there is none, never where the client goes away or the server's deadline
 * passes before its end. The server reads and drops what is left of a body that is too large, so the client gets to see the answer.
 *
 * @param done null stands for a body that is longer than accepted
 */
export function readBody(exchange: Exchange, maxBytes: number, done: (body: Buffer | null) => void): void {
  const { request, response } = exchange
  const declared = declaredLength(request)
  if (declared === 0) return done(empty)
  if (declared > maxBytes) return done(null)
  if (exchange.isHoldingBody) response.writeContinue()
  collect(request, maxBytes, declared, done)
}

/** Bytes announced by the headers; NaN where only the end of the body will tell. */
export function declaredLength({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.NaN
  return Number(headers['content-length'] ?? 0)
}

function collect(
  request: IncomingMessage,
  maxBytes: number,
  declared: number,
  done: (body: Buffer | null) => void,
): void {
  const chunks: Buffer[] = []
  let length = 0
  let isDone = false
  const finish = (body: Buffer | null): void => {
    if (isDone) return
    isDone = true
    done(body)
  }
  const joined = (): Buffer => (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length))
  request.on('data', (chunk: Buffer) => {
    if (isDone) return
    length += chunk.length
    if (length > maxBytes) return finish(null)
    chunks.push(chunk)
    if (length === declared) finish(joined())
  })
  if (Number.isNaN(declared)) request.on('end', () => finish(joined()))
}
