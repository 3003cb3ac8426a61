/** Which pages of other origins may read answers. Nobody may unless an environment says so, and never with credentials. */
import type { Exchange, Plane } from './exchange.js'

const requestHeaders =
  'content-type, authorization, x-api-key, if-none-match, last-event-id, switchyard-revision, traceparent, tracestate, baggage'

const exposed = ['Access-Control-Expose-Headers', 'ETag, Retry-After, Switchyard-State, Switchyard-Age'] as const

/** Seconds that a browser may remember a preflight's answer: a day, and every browser caps it further. */
const maxAgeSeconds = '86400'

/**
 * The headers that let the asking page read the answer, names and values in turn; empty where it may not, or no page asks.
 * Before the key is known, what any environment allows is allowed: such an answer tells nothing of an environment.
 */
export function corsHeaders({ request, access, plane }: Exchange): readonly string[] {
  const { origin } = request.headers
  if (origin === undefined) return []
  const allowed =
    access === null
      ? allowedSomewhere(plane, origin)
      : allowedBy(access.environment.corsOrigins, origin, access.audience === 'client')
  return allowed === null ? [] : ['Access-Control-Allow-Origin', allowed, ...exposed]
}

/**
 * What else answers a preflight. It carries no key, so any environment's origin is good enough; the answer itself is held to the
 * environment's own list.
 *
 * @param methods as in `Allow`
 */
export function preflightHeaders({ request, plane }: Exchange, methods: string): readonly string[] {
  const { origin } = request.headers
  if (origin === undefined || allowedSomewhere(plane, origin) === null) return []
  // prettier-ignore
  return [
    'Access-Control-Allow-Methods', methods,
    'Access-Control-Allow-Headers', requestHeaders,
    'Access-Control-Max-Age', maxAgeSeconds,
  ]
}

function allowedSomewhere({ directory }: Plane, origin: string): string | null {
  let allowed: string | null = null
  for (const { corsOrigins } of directory.environments) allowed ??= allowedBy(corsOrigins, origin, true)
  return allowed
}

/** @param isOpenToAll whether `*` counts: it does for client keys, which are public, and never for server keys */
function allowedBy(origins: readonly string[] | undefined, origin: string, isOpenToAll: boolean): string | null {
  if (origins === undefined) return null
  if (origins.includes(origin)) return origin
  return isOpenToAll && origins.includes('*') ? '*' : null
}
