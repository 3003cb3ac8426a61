/** Reads event streams in tests, as a client does. */
import { Agent, get, type IncomingMessage } from 'node:http'
import { createParser } from 'eventsource-parser'
import { onTestFinished } from 'vitest'

export interface ReadEvent {
  readonly event: string | undefined
  readonly data: unknown
  readonly id: string | undefined
}

export interface StreamReader {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly events: readonly ReadEvent[]
  /** All that came, as text. */
  text(): string
  readonly retryMs: () => number | undefined
  readonly isEnded: () => boolean
  /** Reads no further until told to. */
  pause(): void
  resume(): void
  close(): void
}

/** Opens a stream, which ends with the test at the latest. A refusal is read to its end. */
export function readStream(url: string, headers: Record<string, string> = {}): Promise<StreamReader> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: true })
    const request = get(url, { headers, agent }, (response) => {
      const reader = follow(response, () => {
        request.destroy()
        agent.destroy()
      })
      onTestFinished(() => reader.close())
      if (response.statusCode === 200) resolve(reader)
      else response.on('end', () => resolve(reader))
    })
    request.on('error', reject)
  })
}

function follow(response: IncomingMessage, close: () => void): StreamReader {
  const events: ReadEvent[] = []
  let [text, isEnded, retryMs] = ['', false, undefined as number | undefined]
  const parser = createParser({
    onEvent: ({ event, data, id }) => events.push({ event, data: JSON.parse(data), id }),
    onRetry: (ms) => (retryMs = ms),
  })
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
    parser.feed(chunk)
  })
  response.on('error', () => undefined)
  response.on('close', () => (isEnded = true))
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    text: () => text,
    retryMs: () => retryMs,
    isEnded: () => isEnded,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close,
  }
}
