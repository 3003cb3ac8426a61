/** Liveness and readiness. They need no framework, so that they answer before it has been loaded. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { refuseMethod, sendError, sendJson } from './send.js'
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
    else answerReadiness(status, request.url ?? '', response)
    return true
  }
}

function answerReadiness(status: StatusOptions, url: string, response: ServerResponse): void {
  const [, query = ''] = url.split('?')
  const failOn = new URLSearchParams(query).getAll('fail-on')
  const unknown = failOn.find((state) => state !== 'stale')
  if (unknown !== undefined) {
    // A probe that is written wrong would be thought to watch what it does not.
    const message = `fail-on=${unknown.slice(0, 60)} is not known: leave it out, or use fail-on=stale`
    return sendError(response, 400, { code: 'INVALID_REQUEST', message })
  }
  const readiness = readReadiness(status, failOn.length > 0)
  sendJson(response, readiness.status === 'ready' ? 200 : 503, readiness)
}
