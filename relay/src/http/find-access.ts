/** The first steps of most requests: who asks, and is there data. */
import type { Access, Served } from '../environments/environment.js'
import type { Exchange } from './exchange.js'
import { presentedKey } from './presented-key.js'
import { refuse } from './respond.js'

/** Seconds after which data may have come: few, as it usually is there a moment after the start. */
const retryAfterSeconds = '2'

const whyNoAccess = {
  'missing-key': 'a key is needed: send it as Authorization: Bearer <key> or as X-API-Key',
  'unknown-key': 'the key is not known here',
  'expired-key': 'the key has expired',
} as const

/** What the key opens; null where the request was refused. */
export function findAccess(
  exchange: Exchange,
  key: string | undefined = presentedKey(exchange.request.headers),
): Access | null {
  const access = exchange.plane.directory.access(key)
  if (typeof access !== 'string') {
    exchange.access = access
    return access
  }
  refuse(exchange, 401, { errorDetails: whyNoAccess[access], headers: ['WWW-Authenticate', 'Bearer'] })
  return null
}

/** What a server key opens; null where the request was refused, which client keys are. */
export function findServerAccess(exchange: Exchange, key?: string): Access | null {
  const access = findAccess(exchange, key)
  if (access === null || access.audience === 'server') return access
  refuse(exchange, 403, { errorDetails: 'this is for server keys: a client key opens answers, and nothing else' })
  return null
}

/** What is served; null where the request was refused because there is nothing yet. */
export function findServed(exchange: Exchange, { environment }: Access): Served | null {
  exchange.state = environment.state
  if (environment.served !== null) return environment.served
  refuseWithoutData(exchange)
  return null
}

/** The key is right, and there is nothing to answer with. */
export function refuseWithoutData(exchange: Exchange): void {
  const errorDetails = 'there are no flags yet: the upstream has not delivered any'
  refuse(exchange, 503, { errorDetails, headers: ['Retry-After', retryAfterSeconds] })
}
