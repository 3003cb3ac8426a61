/** Reads the body of a request that brings JSON, or refuses what cannot be read as it stands. */
import { declaredLength, readBody } from './body.js'
import type { Exchange } from './exchange.js'
import { guard, refuse } from './respond.js'

export interface JsonBodyOptions {
  readonly maxBytes: number
  /** Called with all of the body; a mistake in it ends this exchange alone. */
  readonly proceed: (body: Buffer) => void
}

/** Reads the body, or refuses what is compressed, of another type, or too long. */
export function readJsonBody(exchange: Exchange, { maxBytes, proceed }: JsonBodyOptions): void {
  if (!isReadable(exchange)) return
  readBody(exchange, maxBytes, (body) => {
    guard(exchange, () => {
      if (body !== null) return proceed(body)
      exchange.plane.refusals.count('too-large')
      refuse(exchange, 413, { errorDetails: `the body is longer than the ${maxBytes} bytes that are accepted` })
    })
  })
}

/** Whether the body is JSON as it stands, by its headers; otherwise the request was refused. */
function isReadable(exchange: Exchange): boolean {
  const { 'content-type': type, 'content-encoding': coding = 'identity' } = exchange.request.headers
  if (coding.toLowerCase() !== 'identity') {
    const errorDetails = 'the body must not be compressed'
    refuse(exchange, 415, { errorDetails, headers: ['Accept-Encoding', 'identity'] })
    return false
  }
  // Some clients forget to say what they send, others say it where they send nothing.
  if (type === undefined || isJson(type) || declaredLength(exchange.request) === 0) return true
  refuse(exchange, 415, { errorDetails: 'the body must be application/json', headers: ['Accept', 'application/json'] })
  return false
}

function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true
  const [type = ''] = contentType.toLowerCase().split(';', 1)
  return type.trim() === 'application/json' || type.trim().endsWith('+json')
}
