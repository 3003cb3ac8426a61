/** A connection through an HTTP proxy, for what does not go through an HTTP client. */
import { once } from 'node:events'
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { RelayError } from '../../relay-error.js'
import type { HttpOptions } from '../http-options.js'
import { trustOf } from './trust.js'

export interface TunnelOptions extends Pick<HttpOptions, 'ca'> {
  /** `http://[user:password@]host:port` */
  readonly proxy: string
}

/**
 * Connects to an origin, with TLS where its address says so.
 *
 * @param target `http:`, `https:`, `ws:` or `wss:`
 * @throws RelayError UPSTREAM_UNREACHABLE when the proxy refuses; what Node's sockets throw otherwise
 */
export async function openTunnel(target: URL, { proxy, ca }: TunnelOptions, signal: AbortSignal): Promise<Socket> {
  const isSecure = target.protocol === 'https:' || target.protocol === 'wss:'
  const host = target.hostname.replaceAll(/[[\]]/g, '')
  const authority = `${target.hostname}:${target.port === '' ? (isSecure ? 443 : 80) : target.port}`
  const socket = await connectProxy(new URL(proxy), authority, trustOf(ca), signal)
  if (!isSecure) return socket
  const secure = connectSecure({ socket, ...trustOf(ca), ...(isIP(host) === 0 ? { servername: host } : { host }) })
  try {
    await once(secure, 'secureConnect', { signal })
    return secure
  } catch (error) {
    secure.destroy()
    throw error
  }
}

async function connectProxy(
  proxy: URL,
  authority: string,
  trust: ReturnType<typeof trustOf>,
  signal: AbortSignal,
): Promise<Socket> {
  const { protocol, username, password } = proxy
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const send = protocol === 'https:' ? requestSecure : requestPlain
  const request = send({
    method: 'CONNECT',
    host: proxy.hostname.replaceAll(/[[\]]/g, ''),
    port: proxy.port,
    path: authority,
    headers: { host: authority, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` }) },
    agent: false,
    signal,
    ...trust,
  }).end()
  const [response, socket] = (await once(request, 'connect')) as [IncomingMessage, Socket]
  if (response.statusCode === 200) return socket
  socket.destroy()
  throw new RelayError('UPSTREAM_UNREACHABLE', `the proxy answers with status ${response.statusCode}`, {
    retryable: true,
  })
}
