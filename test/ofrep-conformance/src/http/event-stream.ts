/** One event stream, read as a browser's EventSource reads it, comments included: they tell that the stream lives. */
import type { IncomingMessage } from 'node:http'
import { NoAnswerError, type Headers, type Request } from './answer.js'
import { headersOf, open, reasonOf, titleOf } from './exchange.js'

export interface StreamEvent {
  /** Null where the event has no field of that name. */
  readonly event: string | null
  readonly id: string | null
  readonly data: string
}

/** What arrived at once, with the events that it completed. */
export interface StreamChunk {
  readonly events: readonly StreamEvent[]
}

export interface OpenStream {
  readonly asked: string
  readonly status: number
  readonly headers: Headers
  /** What arrives next; null when nothing does within that time, or the stream has ended. */
  next(withinMs: number): Promise<StreamChunk | null>
  close(): void
}

/** @throws NoAnswerError when no head of an answer arrives in time */
export async function openStream(url: URL, headers: Request['headers'], timeoutMs: number): Promise<OpenStream> {
  const asked: Request = { method: 'GET', url, headers: { accept: 'text/event-stream', ...headers } }
  const title = titleOf(asked)
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  try {
    const response = await open(asked, abort.signal)
    return reading(title, response, abort)
  } catch (error) {
    const reason = abort.signal.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error)
    throw new NoAnswerError(`${title}: ${reason}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

function reading(asked: string, response: IncomingMessage, abort: AbortController): OpenStream {
  const arrived: StreamChunk[] = []
  const parse = createParser()
  let isOver = false
  let wake = (): void => {}
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    arrived.push({ events: parse(text) })
    wake()
  })
  const end = (): void => {
    isOver = true
    wake()
  }
  response.on('error', end)
  response.on('close', end)
  return {
    asked,
    status: response.statusCode ?? 0,
    headers: headersOf(response),
    close: () => abort.abort(),
    async next(withinMs) {
      if (arrived.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return arrived.shift() ?? null
    },
  }
}

/**
 * Takes pieces of text, gives the events that each completes.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(): (text: string) => StreamEvent[] {
  let rest = ''
  let event: string | null = null
  let id: string | null = null
  let data: string[] = []
  return (text) => {
    const complete: StreamEvent[] = []
    // A carriage return at the end may be half of a line's end.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [name, value] = fieldOf(line)
      if (name === 'data') data.push(value)
      else if (name === 'event') event = value
      else if (name === 'id') id = value
      else if (line === '') {
        if (data.length > 0) complete.push({ event, id, data: data.join('\n') })
        ;[event, id, data] = [null, null, []]
      }
    }
    return complete
  }
}

function fieldOf(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':')
  if (colon === -1) return [line, '']
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}
