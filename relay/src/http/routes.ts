/** All routes of the data plane. A template is the address, the label of its metrics, and its line in `docs/endpoints.md`. */
import type { Exchange } from './exchange.js'
import { answerDescription } from './description.js'
import { answerFlagdDocument } from './flagd-document.js'
import { evaluateBulk } from './ofrep-bulk.js'
import { streamChanges } from './ofrep-events.js'
import { evaluateSingle } from './ofrep-single.js'
import { respond } from './respond.js'
import { answerRuleset, streamRuleset } from './rulesets.js'
import { acceptUsage } from './usage.js'
import { flagdSyncPath } from '../vendors/flagd/api.js'

export interface Route {
  /** The address; `{key}` at its end stands for a flag key, which is all that follows. */
  readonly template: string
  /** GET answers HEAD too. */
  readonly method: 'GET' | 'POST'
  readonly handle: (exchange: Exchange) => void
}

export const routes: readonly Route[] = [
  { template: '/ofrep/v1/evaluate/flags', method: 'POST', handle: evaluateBulk },
  { template: '/ofrep/v1/evaluate/flags/{key}', method: 'POST', handle: evaluateSingle },
  { template: '/ofrep/v1/events', method: 'GET', handle: streamChanges },
  { template: '/switchyard/v1/ruleset', method: 'GET', handle: answerRuleset },
  { template: '/switchyard/v1/stream', method: 'GET', handle: streamRuleset },
  { template: '/switchyard/v1/usage', method: 'POST', handle: acceptUsage },
  { template: flagdSyncPath, method: 'GET', handle: answerFlagdDocument },
  { template: '/openapi.json', method: 'GET', handle: answerDescription },
  { template: '/healthz', method: 'GET', handle: (exchange) => respond(exchange, { status: 200, body: null }) },
]

/** The routes of one address. */
export interface Place {
  readonly template: string
  readonly byMethod: ReadonlyMap<string, Route>
  /** As in the header `Allow`. */
  readonly allow: string
}

export interface Found {
  readonly place: Place
  /** Still percent-encoded; undefined where the template has no `{key}`. */
  readonly encodedKey: string | undefined
}

const parameter = '{key}'

const places = [...new Set(routes.map(({ template }) => template))].map(placeOf)
const fixed: ReadonlyMap<string, Place> = new Map(
  places.filter(({ template }) => !template.endsWith(parameter)).map((place) => [place.template, place]),
)
const keyed: readonly (readonly [prefix: string, place: Place])[] = places
  .filter(({ template }) => template.endsWith(parameter))
  .map((place) => [place.template.slice(0, -parameter.length), place])

function placeOf(template: string): Place {
  const methods = routes
    .filter((route) => route.template === template)
    .flatMap((route) => [[route.method, route] as const, ...(route.method === 'GET' ? [['HEAD', route] as const] : [])])
  const byMethod = new Map<string, Route>(methods)
  return { template, byMethod, allow: [...byMethod.keys(), 'OPTIONS'].join(', ') }
}

/**
 * Finds the place of an address. One slash at the end is not part of it.
 *
 * @param target as in the request line, with query and perhaps with scheme and host
 */
export function findPlace(target: string): Found | null {
  const path = pathOf(target)
  const exact = fixed.get(path)
  if (exact !== undefined) return { place: exact, encodedKey: undefined }
  for (const [prefix, place] of keyed) {
    if (path.length > prefix.length && path.startsWith(prefix)) return { place, encodedKey: path.slice(prefix.length) }
  }
  return null
}

function pathOf(target: string): string {
  const queryAt = target.indexOf('?')
  const start = target.startsWith('/') ? 0 : pathStart(target)
  const end = queryAt === -1 ? target.length : queryAt
  return target.slice(start, end > start + 1 && target[end - 1] === '/' ? end - 1 : end)
}

/** Proxies may send a whole URL. */
function pathStart(url: string): number {
  const hostAt = url.indexOf('://')
  const pathAt = hostAt === -1 ? -1 : url.indexOf('/', hostAt + 3)
  return pathAt === -1 ? url.length : pathAt
}
