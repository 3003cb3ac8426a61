/** Reads request bodies: bounded in bytes and in time, and without detours when all of it comes at once. */
import type { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.js'

/** Why there is no body: it is longer than accepted, or did not arrive in time. */
export type BodyProblem = 'too-large' | 'too-slow'

const empty = Buffer.alloc(0)

/**
 * Reads the body and calls back once: at once where there is none, never where the client goes away before its end. What is
 * left of a body that is too large is read and dropped, so that the client gets to see the answer.
 */
export function readBody(exchange: Exchange, done: (body: Buffer | BodyProblem) => void): void {
  const { request, response, plane } = exchange
  const declared = declaredLength(request)
  if (declared === 0) return done(empty)
  if (declared > plane.limits.maxBodyBytes) {
    request.resume()
    return done('too-large')
  }
  if (exchange.isHoldingBody) {
    exchange.isHoldingBody = false
    response.writeContinue()
  }
  collect(exchange, declared, done)
}

/** Bytes announced by the headers; NaN where only the end of the body will tell. */
export function declaredLength({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return Number.NaN
  return Number(headers['content-length'] ?? 0)
}

function collect({ request, plane }: Exchange, declared: number, done: (body: Buffer | BodyProblem) => void): void {
  const { maxBodyBytes, requestTimeoutMs } = plane.limits
  const chunks: Buffer[] = []
  let length = 0
  let isDone = false
  const finish = (result: Buffer | BodyProblem): void => {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    done(result)
  }
  const timer = setTimeout(finish, requestTimeoutMs, 'too-slow')
  const joined = (): Buffer => (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length))
  request.on('data', (chunk: Buffer) => {
    if (isDone) return
    length += chunk.length
    if (length > maxBodyBytes) return finish('too-large')
    chunks.push(chunk)
    if (length === declared) finish(joined())
  })
  request.on('end', () => finish(joined()))
  request.on('close', () => clearTimeout(timer))
}
