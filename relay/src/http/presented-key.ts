import type { IncomingHttpHeaders } from 'node:http'

const bearer = 'bearer '

/**
 * The key that a request brings: `Authorization: Bearer`, else `X-API-Key`. Credentials of another scheme are somebody else's,
 * such as a gateway's.
 *
 * @returns undefined when there is none
 */
export function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const { authorization, 'x-api-key': apiKey } = headers
  if (authorization !== undefined && authorization.slice(0, bearer.length).toLowerCase() === bearer) {
    return authorization.slice(bearer.length).trim()
  }
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey : undefined
}
