/** `GET /openapi.json`: what this plane answers, by OpenAPI. Loaded when first asked for, and open: it tells of no installation. */
import type { Exchange } from './exchange.js'
import { guard, respond } from './respond.js'

export function answerDescription(exchange: Exchange): void {
  void import('../openapi/data-plane.js').then(({ dataPlaneDescription }) =>
    guard(exchange, () => respond(exchange, { status: 200, body: dataPlaneDescription })),
  )
}
