/** Server-sent events from an upstream: reconnects with jitter, honours `retry:`, and takes a long silence for a dead line. */
import { setTimeout as delay } from 'node:timers/promises'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { RelayError, type RelayErrorCode } from '../../relay-error.js'
import type { HttpClient } from './client.js'
import { failureOf } from './failures.js'

export interface EventStreamOptions {
  readonly client: HttpClient
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly message: (message: EventSourceMessage) => void
  /** Called after each connection that was established. */
  readonly opened: () => void
  readonly failed: (error: RelayError) => void
  /** Longest silence, heartbeats included. */
  readonly idleTimeoutMs: number
  readonly random: () => number
}

const firstPauseMs = 1_000
const longestPauseMs = 60_000
/** An event longer than this is not one. */
const maxEventLength = 1024 * 1024

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
    const headers = { ...options.headers, accept: 'text/event-stream' }
    const response = await client.stream(url, headers, AbortSignal.any([signal, silence.signal]))
    options.opened()
    await parse(response.body, options, () => timer.refresh())
  } finally {
    clearTimeout(timer)
  }
}

async function parse(
  chunks: AsyncIterable<Uint8Array>,
  { message, retry }: OneConnection,
  heard: () => void,
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
    heard()
    length += chunk.length
    if (length > maxEventLength) throw failure('UPSTREAM_TOO_LARGE', 'an event is longer than a mebibyte')
    parser.feed(decoder.decode(chunk, { stream: true }))
  }
}

function failure(code: RelayErrorCode, message: string): RelayError {
  return new RelayError(code, message, { retryable: true })
}
