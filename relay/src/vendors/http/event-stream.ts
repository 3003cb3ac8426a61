/** Server-sent events from an upstream: reconnects with jitter, honours `retry:`, and takes a long silence for a dead line. */
import { setTimeout as delay } from 'node:timers/promises'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { RelayError, type RelayErrorCode } from '../../relay-error.js'
import type { HttpClient } from './client.js'
import { failureOf } from './failures.js'

export interface EventStreamOptions {
  readonly client: HttpClient
  readonly url: URL
  /** Asked for at each connection. */
  readonly headers: () => Readonly<Record<string, string>>
  readonly message: (message: EventSourceMessage) => void
  /** Called after each connection that was established. */
  readonly opened: () => void
  /** Something came, if only a heartbeat. Called after the messages that were in it. */
  readonly heard?: () => void
  /** Longest event accepted, in bytes; a mebibyte when absent. */
  readonly maxEventBytes?: number
  readonly failed: (error: RelayError) => void
  /** Longest silence, heartbeats included. */
  readonly idleTimeoutMs: number
  readonly random: () => number
}

const firstPauseMs = 1_000
const longestPauseMs = 60_000
const usualMaxEventBytes = 1024 * 1024

/** Listens until the signal aborts. */
export async function listen(options: EventStreamOptions, signal: AbortSignal): Promise<void> {
  let failures = 0
  let retryMs = firstPauseMs
  while (!signal.aborted) {
    try {
      await listenOnce(
        {
          ...options,
          opened: () => {
            failures = 0
            options.opened()
          },
          retry: (ms) => (retryMs = Math.min(ms, longestPauseMs)),
        },
        signal,
      )
    } catch (error) {
      if (signal.aborted) return
      failures += 1
      options.failed(failureOf(error, undefined))
    }
    const window = failures === 0 ? retryMs : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 16))
    await delay(window * options.random(), undefined, { signal }).catch(() => undefined)
  }
}

type OneConnection = EventStreamOptions & { readonly retry: (ms: number) => void }

async function listenOnce(options: OneConnection, signal: AbortSignal): Promise<void> {
  const { client, url, idleTimeoutMs } = options
  const silence = new AbortController()
  const tooSilent = failure('UPSTREAM_TIMEOUT', `the event stream was silent for ${idleTimeoutMs} ms`)
  const timer = setTimeout(() => silence.abort(tooSilent), idleTimeoutMs)
  try {
    const headers = { ...options.headers(), accept: 'text/event-stream' }
    const response = await client.stream(url, headers, AbortSignal.any([signal, silence.signal]))
    options.opened()
    await parse(response.body, options, () => timer.refresh())
  } finally {
    clearTimeout(timer)
  }
}

async function parse(
  chunks: AsyncIterable<Uint8Array>,
  { message, retry, heard, maxEventBytes = usualMaxEventBytes }: OneConnection,
  isAlive: () => void,
): Promise<void> {
  let length = 0
  const decoder = new TextDecoder()
  const parser = createParser({
    onEvent: (event) => {
      length = 0
      message(event)
    },
    onComment: () => (length = 0),
    onRetry: retry,
  })
  for await (const chunk of chunks) {
    isAlive()
    length += chunk.length
    if (length > maxEventBytes) throw failure('UPSTREAM_TOO_LARGE', `an event is longer than ${maxEventBytes} bytes`)
    parser.feed(decoder.decode(chunk, { stream: true }))
    heard?.()
  }
}

function failure(code: RelayErrorCode, message: string): RelayError {
  return new RelayError(code, message, { retryable: true })
}
