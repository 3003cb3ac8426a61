/** OFREP's event stream: who reads it learns that flags have changed, and asks for them again. */
import type { Access } from '../environments/environment.js'
import type { Exchange } from './exchange.js'
import { findAccess } from './find-access.js'
import { queryParameter } from './query-parameter.js'
import { answerStreamHead, refuseWhileClosing } from './streams/stream-answer.js'

/** `GET /ofrep/v1/events`, with the token of a bulk answer in `?token=`, or with a key. */
export function streamChanges(exchange: Exchange): void {
  const access = accessByToken(exchange) ?? findAccess(exchange)
  if (access === null || refuseWhileClosing(exchange) || answerStreamHead(exchange)) return
  exchange.plane.streams.of(access.environment).changes.open(exchange, access)
}

function accessByToken(exchange: Exchange): Access | null {
  const token = queryParameter(exchange.request.url ?? '', 'token')
  const access = token === undefined ? undefined : exchange.plane.streams.tokens.accessOf(token)
  exchange.access = access ?? null
  return exchange.access
}
