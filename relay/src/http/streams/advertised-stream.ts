/** The event stream that a bulk answer names. */
import type { Access } from '../../environments/environment.js'
import type { Plane } from '../exchange.js'

/**
 * Address of the event stream for who has this access, without origin, as clients reach the relay through what is in front of
 * it. Holds a token, so it is not for logs. Changes once a day; empty where none is to be named.
 *
 * @see OFREP 0.3.0, `eventStreams`
 */
export function streamAddress({ streams }: Plane, access: Access): string {
  const { advertise, pathPrefix = '' } = streams.settings
  if (!advertise) return ''
  const token = streams.tokens.tokenOf(access)
  return `${pathPrefix}/ofrep/v1/events${token === undefined ? '' : `?token=${token}`}`
}

/** The same as a member of the bulk answer, with the comma before it. */
export function eventStreamsMember(address: string): string {
  return address === '' ? '' : `,"eventStreams":[{"type":"sse","endpoint":{"requestUri":"${address}"}}]`
}
