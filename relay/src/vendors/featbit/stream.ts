/** FeatBit over its WebSocket: everything once, then each change as it is made. */
import { RelayError, type RelayErrorCode } from '../../relay-error.js'
import { converse, type OpenWebSocket } from '../http/web-socket.js'
import type { Line } from './line.js'
import { isDataSync, isPatch, type Payload } from './replica.js'
import { createConnectionToken } from './token.js'

/** FeatBit's own close code for a request that it does not accept. Its SDKs never come back after it. */
const refusedCode = 4003

/** How one connection went. */
export interface Ended {
  readonly error: RelayError
  /** Whether FeatBit refused the secret, or the time of the token. */
  readonly isRefused: boolean
  /** Whether the connection lasted long enough to answer a ping. */
  readonly wasSteady: boolean
}

/**
 * Follows the environment over one connection.
 *
 * @param live called when everything has arrived: from then on changes come by themselves
 * @returns how it ended, null when the signal aborted
 */
export async function follow(line: Line, live: () => void, signal: AbortSignal): Promise<Ended | null> {
  const { options, clock, random } = line
  const url = new URL(`${options.baseUrl.replace(/^http/, 'ws')}/streaming`)
  url.searchParams.set('type', 'server')
  url.searchParams.set('token', createConnectionToken(options.serverSecret, clock.nowMs(), random))
  let isRefused = false
  const readClosing = (code: number): RelayError | undefined => {
    if (code !== refusedCode) return undefined
    isRefused = true
    return refusal(clock.skewMs)
  }
  const session = new Session(line, live)
  try {
    await converse(url, { ...options, readClosing }, session, signal)
    return null
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    return { error, isRefused, wasSteady: session.wasSteady }
  } finally {
    session.close()
  }
}

/** What is remembered while one connection is open. */
class Session {
  readonly #line: Line
  readonly #live: () => void
  #socket: OpenWebSocket | undefined
  #ping: NodeJS.Timeout | undefined
  /** Runs out when nothing at all is heard. */
  #silence: NodeJS.Timeout | undefined
  /** Runs out when a full payload that was asked for does not come; undefined while none is on its way. */
  #fullSync: NodeJS.Timeout | undefined
  /** Patches that came in the meantime, and how long they are. */
  #patches: Payload[] = []
  #patchesLength = 0
  #hasAskedAgain = false
  wasSteady = false

  constructor(line: Line, live: () => void) {
    this.#line = line
    this.#live = live
  }

  opened(socket: OpenWebSocket, date: string | undefined): void {
    const { options, clock } = this.#line
    clock.observe(date)
    this.#socket = socket
    const longestSilenceMs = 2 * options.pingIntervalMs
    this.#silence = setTimeout(
      () => socket.fail(failure('UPSTREAM_TIMEOUT', `the WebSocket was silent for ${longestSilenceMs} ms`)),
      longestSilenceMs,
    )
    this.#ping = setInterval(() => this.#test(socket), options.pingIntervalMs)
    this.#askForEverything()
  }

  message(text: string): void {
    this.#silence?.refresh()
    const message = parse(text)
    if (isDataSync(message)) return isPatch(message) ? this.#patch(message, text.length) : this.#full(message)
    if (message['messageType'] !== 'pong') return
    this.wasSteady = true
    // Whatever had changed would have come before the pong.
    if (this.#fullSync === undefined) this.#line.sink.unchanged()
  }

  close(): void {
    clearInterval(this.#ping)
    clearTimeout(this.#silence)
    clearTimeout(this.#fullSync)
  }

  #test(socket: OpenWebSocket): void {
    socket.send('{"messageType":"ping","data":null}')
    this.#repair()
  }

  #repair(): void {
    if (this.#fullSync === undefined && this.#line.replica.isFullSyncDue()) this.#askForEverything()
  }

  #askForEverything(): void {
    const { timeoutMs } = this.#line.options
    const late = failure(
      'UPSTREAM_TIMEOUT',
      `what was asked for over the WebSocket did not come within ${timeoutMs} ms`,
    )
    this.#fullSync ??= setTimeout(() => this.#socket?.fail(late), timeoutMs)
    this.#socket?.send('{"messageType":"data-sync","data":{"timestamp":0}}')
  }

  #full(message: Payload): void {
    const patches = this.#patches
    clearTimeout(this.#fullSync)
    this.#fullSync = undefined
    this.#patches = []
    this.#patchesLength = 0
    if (!this.#line.replica.replace(message, patches)) {
      throw failure('DOCUMENT_INVALID', 'what came over the WebSocket is not an environment')
    }
    this.#live()
  }

  #patch(message: Payload, length: number): void {
    if (this.#fullSync !== undefined) this.#keep(message, length)
    const isBaseKnown = this.#line.replica.apply(message)
    if (isBaseKnown) return this.#repair()
    // It may have been meant as the answer. If the next one is no better, time runs out.
    if (!this.#hasAskedAgain) this.#askForEverything()
    this.#hasAskedAgain = true
  }

  #keep(message: Payload, length: number): void {
    this.#patches.push(message)
    this.#patchesLength += length
    if (this.#patchesLength <= this.#line.options.maxDocumentBytes) return
    throw failure(
      'UPSTREAM_TOO_LARGE',
      'the changes that came before everything else are longer than a document may be',
    )
  }
}

function parse(text: string): Payload {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch (cause) {
    throw failure('UPSTREAM_MALFORMED', 'a message of the WebSocket is not JSON', cause)
  }
  // Messages that FeatBit has not thought of yet are none of ours.
  return typeof message === 'object' && message !== null ? (message as Payload) : {}
}

/** Clocks that differ by less than this are not worth mentioning: dates in headers have whole seconds. */
const smallSkewMs = 5_000

function refusal(skewMs: number): RelayError {
  const clocks =
    Math.abs(skewMs) < smallSkewMs
      ? ''
      : `; its clock is ${Math.abs(Math.round(skewMs / 1_000))} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours`
  return failure(
    'UPSTREAM_UNAUTHORIZED',
    `the upstream refuses the secret (close code ${refusedCode}): check that it is a server key of the environment${clocks}`,
  )
}

function failure(code: RelayErrorCode, message: string, cause?: unknown): RelayError {
  return new RelayError(code, message, { retryable: true, cause })
}
