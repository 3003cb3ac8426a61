/** The last step of every exchange: headers, compression, one write, and the count. */
import { gzipSync } from 'node:zlib'
import { asciiJson } from '@switchyard/engine'
import type { Access } from '../environments/environment.js'
import { acceptsGzip } from './accept-encoding.js'
import { corsHeaders } from './cors.js'
import { entityTag, type Coding } from './etag.js'
import type { Answer, EncodedBody, Exchange } from './exchange.js'

/** In characters. Shorter bodies fit into two packets anyway. */
const minGzipLength = 2_048

/**
 * Answers are long lists of alike members, so the lowest level is as good as any. It takes 40 us for 5 kB and 130 us for 96 kB,
 * and handing the work to another thread takes 80 us more.
 */
const gzipOptions = { level: 1 }

/** Sends an answer and counts it. An exchange that has its answer already, or whose client is gone, is left alone. */
export function respond(exchange: Exchange, answer: Answer): void {
  const { request, response } = exchange
  if (response.headersSent || response.destroyed) return
  if (exchange.plane.isClosing) response.shouldKeepAlive = false
  const { body, coding } = answer.encoded ?? encode(answer.body, request.headers['accept-encoding'])
  response.writeHead(answer.status, headersOf(exchange, answer, body, coding))
  if (typeof body === 'string') response.end(body, 'latin1')
  else response.end(body)
  answered(exchange, answer.status)
}

/** Counts a request that has its answer; of a stream, one that is open. */
export function answered({ plane, request, route, startedAtMs, trace, access }: Exchange, status: number): void {
  const { method = '' } = request
  if (access !== null) access.environment.usage.countRequest()
  plane.observe(route, method, status, (performance.now() - startedAtMs) / 1_000)
  if (trace !== null) trace.end({ route, method, status })
}

function encode(body: string | null, acceptEncoding: string | undefined): EncodedBody {
  if (body === null || body.length < minGzipLength || !acceptsGzip(acceptEncoding)) return { body, coding: 'identity' }
  return { body: gzipSync(body, gzipOptions), coding: 'gzip' }
}

function headersOf(exchange: Exchange, answer: Answer, body: string | Buffer | null, coding: Coding): string[] {
  const headers = ['Cache-Control', 'private, no-cache', 'Vary', 'Accept-Encoding, Origin', ...corsHeaders(exchange)]
  if (exchange.state !== null) {
    headers.push('Switchyard-State', exchange.state)
    // Where the state is known, so is who asks. The text is made once a second, not for each answer.
    const age = exchange.access?.environment.ageText() ?? ''
    if (age !== '') headers.push('Switchyard-Age', age)
  }
  if (answer.validator !== undefined) headers.push('ETag', entityTag(answer.validator, coding))
  if (coding !== 'identity') headers.push('Content-Encoding', coding)
  if (answer.headers !== undefined) headers.push(...answer.headers)
  if (body !== null) {
    headers.push('Content-Type', answer.contentType ?? 'application/json', 'Content-Length', String(body.length))
    // No browser takes a text of ours for a page, whatever somebody else made it hold.
    headers.push('X-Content-Type-Options', 'nosniff')
  }
  return headers
}

export interface Refusal {
  /** GENERAL when absent. */
  readonly errorCode?: 'GENERAL' | 'INVALID_CONTEXT'
  /** For people; never holds a secret or anything of the context. */
  readonly errorDetails: string
  /** Names and values in turn. */
  readonly headers?: readonly string[]
}

/** Answers with an error, in the shape of both OFREP endpoints: clients of the single one need the flag key in it. */
export function refuse(exchange: Exchange, status: number, refusal: Refusal): void {
  const { errorCode = 'GENERAL', errorDetails, headers = [] } = refusal
  respond(exchange, { status, body: asciiJson({ key: exchange.flagKey, errorCode, errorDetails }), headers })
}

/** The answer in place of an evaluation that may not be made now; null where it may. Counts as one evaluation with the key. */
export function refusedEvaluation({ plane, flagKey }: Exchange, access: Access): Answer | null {
  const refusal = plane.overload.ask(access)
  if (refusal === null) return null
  const { status, errorDetails, retryAfterSeconds } = refusal
  const body = asciiJson({ key: flagKey, errorCode: 'GENERAL', errorDetails })
  return { status, body, headers: ['Retry-After', String(retryAfterSeconds)] }
}

/** Runs one step of an exchange. A mistake in it ends this exchange and nothing else. */
export function guard(exchange: Exchange, step: () => void): void {
  try {
    step()
  } catch (error) {
    exchange.plane.logger.error({ error, route: exchange.route }, 'a request failed because of a mistake in Switchyard')
    refuse(exchange, 500, { errorDetails: 'this request failed because of a mistake in Switchyard' })
  }
}
