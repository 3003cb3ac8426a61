/** What the handlers of streams share. */
import type { Exchange } from '../exchange.js'
import { refuse, respond } from '../respond.js'

/** Whether the request was refused because the relay stops: the client finds another replica, or this one started anew. */
export function refuseWhileClosing(exchange: Exchange): boolean {
  if (!exchange.plane.isClosing) return false
  refuse(exchange, 503, { errorDetails: 'the relay stops', headers: ['Retry-After', '1'] })
  return true
}

/** Whether the request was answered because it asks for headers alone. */
export function answerStreamHead(exchange: Exchange): boolean {
  if (exchange.request.method !== 'HEAD') return false
  respond(exchange, { status: 200, body: null, headers: ['Content-Type', 'text/event-stream'] })
  return true
}
