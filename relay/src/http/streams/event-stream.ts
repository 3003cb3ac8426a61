/** One open stream of server-sent events. Nothing is queued here: a client that has not read is not sent more. */
import type { StreamEnd } from '../../telemetry/stream-counts.js'
import { corsHeaders } from '../cors.js'
import type { Exchange } from '../exchange.js'
import { answered } from '../respond.js'
import type { StreamEvent } from './stream-event.js'
import type { StreamSettings } from './stream-settings.js'

export interface EventStream {
  /** What was sent is still on its way: nothing may be sent before `drained` is called. */
  readonly isBlocked: boolean
  send(event: StreamEvent): void
  /** Sends what is no event. */
  write(bytes: Buffer): void
  end(reason: StreamEnd): void
}

export interface EventStreamOptions {
  readonly settings: StreamSettings
  readonly random: () => number
  readonly sent: (event: string) => void
  /** The client has read what blocked the stream. */
  readonly drained: () => void
  /** Called once. */
  readonly ended: (reason: StreamEnd) => void
}

const heartbeat = Buffer.from(':\n\n')

/** Answers with a stream; it is open when this returns. */
export function openEventStream(exchange: Exchange, options: EventStreamOptions): EventStream {
  const { request, response } = exchange
  request.resume()
  // After its end the client connects anew, perhaps to another replica.
  response.shouldKeepAlive = false
  response.writeHead(200, streamHeaders(exchange))
  answered(exchange, 200)
  return new OpenStream(exchange, options)
}

/** The headers of a stream, names and values in turn. They keep proxies from holding events back. */
function streamHeaders(exchange: Exchange): string[] {
  // prettier-ignore
  return [
    'Content-Type', 'text/event-stream',
    'Cache-Control', 'no-store, no-transform',
    'X-Accel-Buffering', 'no',
    'Vary', 'Origin',
    ...corsHeaders(exchange),
  ]
}

class OpenStream implements EventStream {
  isBlocked = false
  #isOpen = true
  readonly #response: Exchange['response']
  readonly #options: EventStreamOptions
  readonly #heartbeat: NodeJS.Timeout
  readonly #age: NodeJS.Timeout
  #patience: NodeJS.Timeout | undefined

  constructor({ response }: Exchange, options: EventStreamOptions) {
    const { settings, random } = options
    this.#response = response
    this.#options = options
    this.#heartbeat = setTimeout(() => this.#beat(), settings.heartbeatMs * (0.75 + random() / 2))
    this.#age = setTimeout(() => this.end('age'), settings.maxAgeMs * (0.5 + random() / 2))
    response.on('drain', () => this.#drained())
    response.on('close', () => this.end('client'))
    this.write(retryAfter(random))
  }

  send({ name, bytes }: StreamEvent): void {
    if (!this.#isOpen) return
    this.write(bytes)
    this.#options.sent(name)
  }

  write(bytes: Buffer): void {
    if (!this.#isOpen) return
    this.#heartbeat.refresh()
    if (this.#response.write(bytes) || this.isBlocked) return
    this.isBlocked = true
    this.#patience = setTimeout(() => this.end('slow'), this.#options.settings.slowReaderTimeoutMs)
  }

  end(reason: StreamEnd): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    for (const timer of [this.#heartbeat, this.#age, this.#patience]) clearTimeout(timer)
    // Who does not read would not see an orderly end either.
    if (this.isBlocked) this.#response.destroy()
    else if (!this.#response.destroyed) this.#response.end()
    this.#options.ended(reason)
  }

  #beat(): void {
    if (this.isBlocked) this.#heartbeat.refresh()
    else this.write(heartbeat)
  }

  #drained(): void {
    clearTimeout(this.#patience)
    this.isBlocked = false
    if (this.#isOpen) this.#options.drained()
  }
}

/** After how long the client is to come back when the stream ends: after a while of its own, as all may end at once. */
function retryAfter(random: () => number): Buffer {
  return Buffer.from(`retry: ${Math.round(1_000 + 2_000 * random())}\n\n`)
}
