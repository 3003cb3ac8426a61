import type { IncomingHttpHeaders } from 'node:http'

const bearer = 'bearer '
const basic = 'basic '

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

/**
 * The same for programs that can be given an address and nothing else: a password in it, whatever the name, becomes
 * `Authorization: Basic`, and is the key where no other is presented.
 */
export function presentedKeyOrPassword(headers: IncomingHttpHeaders): string | undefined {
  return presentedKey(headers) ?? passwordOf(headers.authorization)
}

function passwordOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.slice(0, basic.length).toLowerCase() !== basic) return undefined
  const credentials = Buffer.from(authorization.slice(basic.length).trim(), 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  return colon === -1 ? undefined : credentials.slice(colon + 1)
}
