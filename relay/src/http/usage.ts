/** Takes what providers counted that evaluate in their own process. Only servers may tell: what pages tell, anybody can make up. */
import { readUsageBatch } from '../usage/read-usage-batch.js'
import type { Exchange } from './exchange.js'
import { findServed, findServerAccess } from './find-access.js'
import { readJsonBody } from './json-body.js'
import { refuse, respond } from './respond.js'
import { refuseWhileClosing } from './streams/stream-answer.js'

/** Thousands of series; providers send less at once. */
const maxUsageBytes = 2 ** 18

const retryAfterSeconds = '10'

/** `POST /switchyard/v1/usage` */
export function acceptUsage(exchange: Exchange): void {
  const { usage, limits } = exchange.plane
  const access = findServerAccess(exchange)
  // What is counted in a relay that stops is seen by nobody.
  if (access === null || refuseWhileClosing(exchange)) return
  const served = findServed(exchange, access)
  if (served === null) return
  const { name } = access.environment
  readJsonBody(exchange, {
    maxBytes: Math.min(limits.maxBodyBytes, maxUsageBytes),
    proceed: (body) => {
      const read = readUsageBatch(body)
      if (!read.ok) {
        usage.refused(name)
        return refuse(exchange, 400, { errorDetails: read.problem })
      }
      if (!usage.accept(name, served.snapshot, read.batch)) {
        const headers = ['Retry-After', retryAfterSeconds]
        return refuse(exchange, 503, { errorDetails: 'too much waits to be counted', headers })
      }
      respond(exchange, { status: 204, body: null })
    },
  })
}
