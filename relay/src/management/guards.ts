/** Who may ask the management plane. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressFilter } from '../transport/address-filter.js'
import { sendError } from './send.js'

export interface Guards {
  /** Whether others than this machine can reach the management plane: its address is not loopback. */
  readonly isExposed: boolean
  /** Whether a name may stand in `Host`: lower case, without port and brackets. */
  readonly isHostAllowed: (name: string) => boolean
  /** Whether this is the token for everything but liveness, readiness and metrics, read at each request; absent: none is wanted. */
  readonly isToken?: ((presented: string) => boolean) | undefined
}

/** @returns whether the request may go on; otherwise it has been answered */
export type Guard = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Refuses whoever asks from an address that is not allowed.
 *
 * @param refused called for each of them
 */
export function addressGuard(filter: AddressFilter | undefined, refused: () => void): Guard {
  return (request, response) => {
    if (filter === undefined || filter.allows(request)) return true
    refused()
    sendError(response, 403, { code: 'ADDRESS_NOT_ALLOWED', message: 'nobody may ask from this address' })
    return false
  }
}

/**
 * Refuses names in `Host` that are not ours while only this machine can reach us: a page in a browser here could otherwise
 * read the answers, by letting its own name lead to 127.0.0.1 (DNS rebinding). An exposed plane is reached by names that we
 * cannot know, and is guarded by the token.
 */
export function hostGuard({ isExposed, isHostAllowed }: Guards): Guard {
  return (request, response) => {
    const name = hostName(request.headers.host)
    if (isExposed || isHostAllowed(name)) return true
    const message = `the host ${JSON.stringify(name)} is not allowed: use localhost, or add it to management.allowedHosts`
    sendError(response, 403, { code: 'HOST_NOT_ALLOWED', message })
    return false
  }
}

/**
 * Wants the token, where there is one: as a bearer's, or as the password of anybody, which is how a browser brings it along when a
 * person opens the page.
 */
export function tokenGuard(guards: Guards): Guard {
  return (request, response) => {
    const { isToken } = guards
    const presented = presentedToken(request.headers.authorization)
    if (isToken === undefined || (presented !== undefined && isToken(presented))) return true
    response.setHeader('www-authenticate', ['Bearer', 'Basic realm="Switchyard", charset="UTF-8"'])
    const message = 'this wants management.token: as Authorization: Bearer, or as the password of Basic with any name'
    sendError(response, 401, { code: 'UNAUTHORIZED', message })
    return false
  }
}

/**
 * Refuses what a page of another origin makes a browser send, except for reading, whose answers that page does not get to see. A
 * browser says where a request comes from; who is none says nothing, and has no password to be misused.
 */
export const originGuard: Guard = (request, response) => {
  if (request.method === 'GET' || request.method === 'HEAD' || isFromHere(request)) return true
  const message = 'this came from a page of another origin: only the page at / may ask for that'
  sendError(response, 403, { code: 'ORIGIN_NOT_ALLOWED', message })
  return false
}

function isFromHere({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase())
}

function presentedToken(authorization = ''): string | undefined {
  const [, scheme = '', credentials = ''] = /^(Bearer|Basic) +(\S+)$/i.exec(authorization) ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials
    case 'basic':
      return /^[^:]*:(.+)$/s.exec(Buffer.from(credentials, 'base64').toString())?.[1]
    default:
      return undefined
  }
}

/** `[::1]:8081` is `::1`. */
function hostName(header = ''): string {
  return header
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}
