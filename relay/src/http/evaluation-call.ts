/** What both OFREP endpoints do before they evaluate: who asks, is there data, in which context. */
import type { JsonObject } from '@switchyard/engine'
import type { Access, Served } from '../environments/environment.js'
import { declaredLength, readBody } from './body.js'
import type { Answer, Exchange } from './exchange.js'
import { findAccess, findServed } from './find-access.js'
import type { ReadBody } from './recent-contexts.js'
import { guard, refuse, respond } from './respond.js'

/** All that an evaluation needs. */
export interface EvaluationCall {
  readonly exchange: Exchange
  readonly access: Access
  /** The revision that answers, from start to end. */
  readonly served: Served
  readonly context: JsonObject
  /** The body that brought the context. */
  readonly read: ReadBody
}

/** Answers by the handler, or refuses what cannot be evaluated. */
export function answerEvaluation(exchange: Exchange, handle: (call: EvaluationCall) => Answer): void {
  withEvaluation(exchange, (call) => respond(exchange, handle(call)))
}

/** Goes on with all that an evaluation needs, or refuses what cannot be evaluated. */
export function withEvaluation(exchange: Exchange, proceed: (call: EvaluationCall) => void): void {
  const access = findAccess(exchange)
  if (access === null) return
  const served = findServed(exchange, access)
  if (served === null || !isReadable(exchange)) return
  readBody(exchange, (body) => {
    guard(exchange, () => {
      if (body === null) return refuseTooLarge(exchange)
      const read = exchange.plane.contexts.read(body)
      const { accepted } = read
      if (!accepted.ok) return refuse(exchange, 400, { errorCode: 'INVALID_CONTEXT', errorDetails: accepted.problem })
      proceed({ exchange, access, served, context: accepted.context, read })
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

function refuseTooLarge(exchange: Exchange): void {
  const { maxBodyBytes } = exchange.plane.limits
  refuse(exchange, 413, { errorDetails: `the body is longer than the ${maxBodyBytes} bytes that are accepted` })
}
