/** Liveness and readiness. They need no framework, so that they answer before it has been loaded. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuseMethod, sendJson } from './send.js'
import { readReadiness, type StatusOptions } from './status.js'

/** @returns whether the request was for a probe; it has been answered then */
export type Probes = (request: IncomingMessage, response: ServerResponse) => boolean

/** Answers `/livez` and `/readyz`. */
export function createProbes(status: StatusOptions): Probes {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    if (path !== '/livez' && path !== '/readyz') return false
    if (refuseMethod(path, request.method, response)) return true
    if (path === '/livez') sendJson(response, 200, { status: 'alive' })
    else {
      const [, query = ''] = (request.url ?? '').split('?')
      const readiness = readReadiness(status, new URLSearchParams(query).getAll('fail-on').includes('stale'))
      sendJson(response, readiness.status === 'ready' ? 200 : 503, readiness)
    }
    return true
  }
}
