/**
 * A WebSocket to an upstream, in the manner of the HTTP client: a deadline for opening it, a limit on each message, and
 * failures in the relay's own words. It never reconnects, and it does not notice silence: both are its user's work.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { RelayError, type RelayErrorCode } from '../../relay-error.js'
import type { HttpOptions } from '../http-options.js'
import { failureOf, statusError } from './failures.js'
import { trustOf } from './trust.js'
import { openTunnel } from './tunnel.js'

export interface WebSocketOptions extends Pick<
  HttpOptions,
  'headers' | 'proxy' | 'ca' | 'connectTimeoutMs' | 'maxDocumentBytes'
> {
  /**
   * What a close code means to the vendor.
   *
   * @returns undefined where it means what it means to everybody
   */
  readonly readClosing?: (code: number) => RelayError | undefined
}

/** An open WebSocket. */
export interface OpenWebSocket {
  send(text: string): void
  /** Ends the conversation with this failure. */
  fail(error: RelayError): void
}

/** What is done on an open WebSocket. A RelayError that is thrown ends the conversation. */
export interface Conversation {
  /** @param date the answer's `Date` header */
  opened(socket: OpenWebSocket, date: string | undefined): void
  message(text: string): void
}

/** The other side has this long to answer our goodbye. */
const closeTimeoutMs = 1_000

/**
 * Opens a WebSocket and stays until it is closed.
 *
 * @param url `ws:` or `wss:`
 * @returns when the signal aborts, with the socket closed
 * @throws RelayError however it ends otherwise
 */
export async function converse(
  url: URL,
  options: WebSocketOptions,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<void> {
  const { connectTimeoutMs, proxy } = options
  const late = failure('UPSTREAM_TIMEOUT', `the WebSocket was not open within ${connectTimeoutMs} ms`)
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), connectTimeoutMs)
  const opening = AbortSignal.any([signal, deadline.signal])
  try {
    const tunnel = proxy === undefined ? undefined : await openTunnel(url, { ...options, proxy }, opening)
    opening.throwIfAborted()
    const socket = new WebSocket(url, clientOptions(options, tunnel)).on('open', () => clearTimeout(timer))
    deadline.signal.addEventListener('abort', () => socket.terminate())
    await talk(socket, { conversation, readClosing: options.readClosing }, signal)
  } catch (error) {
    if (!signal.aborted) throw deadline.signal.aborted ? late : failureOf(error, undefined)
  } finally {
    clearTimeout(timer)
  }
}

function clientOptions({ headers, ca, maxDocumentBytes }: WebSocketOptions, tunnel: Socket | undefined): ClientOptions {
  return {
    headers,
    maxPayload: maxDocumentBytes,
    // A document comes once per connection: that is not worth a compressor's memory on either side.
    perMessageDeflate: false,
    ...trustOf(ca),
    ...(tunnel === undefined ? {} : { createConnection: () => tunnel }),
  }
}

interface Behaviour {
  readonly conversation: Conversation
  readonly readClosing: WebSocketOptions['readClosing']
}

/** Resolves once the socket is closed because the signal aborted; rejects however else it ended. */
function talk(socket: WebSocket, { conversation, readClosing }: Behaviour, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let date: string | undefined
    let failed: unknown
    const stay = leaveAt(signal, socket)
    const fail = (error: unknown): void => {
      failed ??= error
      socket.terminate()
    }
    const attempt = (action: () => void): void => {
      try {
        if (failed === undefined && !signal.aborted) action()
      } catch (error) {
        fail(error)
      }
    }
    socket
      .on('upgrade', (response: IncomingMessage) => (date = response.headers.date))
      .on('unexpected-response', (_request, response) => fail(refusalOf(response)))
      .on('open', () =>
        attempt(() => conversation.opened({ send: (text) => socket.send(text, () => undefined), fail }, date)),
      )
      // The default binary type delivers buffers, of text too.
      .on('message', (data) => attempt(() => conversation.message((data as Buffer).toString('utf8'))))
      .on('error', (error) => (failed ??= protocolFailure(error)))
      .on('close', (code) => {
        stay()
        if (signal.aborted) resolve()
        else reject(failed ?? readClosing?.(code) ?? closingError(code))
      })
  })
}

/** Says goodbye when the signal aborts. Returns the way to forget about it. */
function leaveAt(signal: AbortSignal, socket: WebSocket): () => void {
  let timer: NodeJS.Timeout | undefined
  const leave = (): void => {
    socket.close(1000)
    timer = setTimeout(() => socket.terminate(), closeTimeoutMs)
  }
  signal.addEventListener('abort', leave)
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}

function refusalOf({ statusCode = 0, headers }: IncomingMessage): RelayError {
  if (statusCode >= 400) return statusError(statusCode, headers['retry-after'])
  if (statusCode < 300)
    return failure('UPSTREAM_STATUS', `the upstream answers with status ${statusCode} and opens no WebSocket`)
  return failure('UPSTREAM_REDIRECT', `the upstream redirects the WebSocket (status ${statusCode})`)
}

/** What the library says about the other side's bytes; failures of the network stay what they are. */
function protocolFailure(error: Error): unknown {
  if (!('code' in error) || typeof error.code !== 'string' || !error.code.startsWith('WS_ERR_')) return error
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return failure('UPSTREAM_TOO_LARGE', 'a message is longer than accepted', error)
  return failure('UPSTREAM_MALFORMED', `the upstream does not keep to the WebSocket protocol (${error.code})`, error)
}

/** @see RFC 6455, section 7.4.1 */
function closingError(code: number): RelayError {
  const message = `the upstream closed the WebSocket (code ${code})`
  if (code === 1002 || code === 1003 || code === 1007) return failure('UPSTREAM_MALFORMED', message)
  // Normal closure, going away, no code, no closing at all.
  if (code === 1000 || code === 1001 || code === 1005 || code === 1006) return failure('UPSTREAM_UNREACHABLE', message)
  return failure('UPSTREAM_STATUS', message)
}

function failure(code: RelayErrorCode, message: string, cause?: unknown): RelayError {
  return new RelayError(code, message, { retryable: true, cause })
}
