/**
 * Where rulesets come from when the upstream is another relay: once by request, then each change over the hub's ruleset stream,
 * and by polling while that cannot be had or is not wanted.
 */
import type { EventSourceMessage } from 'eventsource-parser'
import { RelayError } from '../../relay-error.js'
import { createHttpClient, type HttpClient } from '../http/client.js'
import { listen } from '../http/event-stream.js'
import { parseJsonObject } from '../http/json-body.js'
import { createPoller } from '../http/poll.js'
import { createStandIn } from '../http/stand-in.js'
import type { Source, SourceSink } from '../source.js'
import type { SwitchyardOptions } from './options.js'
import { createReplica, type Replica } from './replica.js'

export interface SwitchyardSourceOptions extends SwitchyardOptions {
  /** `0 <= random() < 1` */
  readonly random: () => number
}

/** The format of rulesets that this relay reads. */
const format = { 'switchyard-ruleset': '1' }

export function createSwitchyardSource(options: SwitchyardSourceOptions): Source {
  const { baseUrl, streaming } = options
  return {
    description: `${baseUrl}/switchyard/v1/${streaming ? 'stream' : 'ruleset'}`,
    async run(sink, signal) {
      const client = createHttpClient(options)
      const line = new HubLine(options, client, sink)
      try {
        await (streaming ? line.follow(signal) : line.poll(signal))
      } finally {
        await client.close()
      }
    },
  }
}

/** What is remembered of the hub. */
class HubLine {
  readonly #options: SwitchyardSourceOptions
  readonly #client: HttpClient
  readonly #sink: SourceSink
  readonly #replica: Replica
  readonly #headers: Readonly<Record<string, string>>
  /** Of the ruleset that is held; undefined when everything is to be asked for. */
  #validator: string | undefined
  /** Told once there is a ruleset that a stream can go on from. */
  #begun: () => void = () => undefined

  constructor(options: SwitchyardSourceOptions, client: HttpClient, sink: SourceSink) {
    const { serverKey } = options
    this.#options = options
    this.#client = client
    this.#sink = sink
    this.#replica = createReplica(sink)
    this.#headers = { ...format, ...(serverKey === undefined ? {} : { authorization: `Bearer ${serverKey}` }) }
  }

  /** Polls until the signal aborts. */
  async poll(signal: AbortSignal): Promise<void> {
    const poller = createPoller({
      intervalMs: this.#options.pollIntervalMs,
      attempt: (until) => this.#look(until),
      failed: (error) => this.#sink.failed(error),
      random: this.#options.random,
    })
    await poller.run(signal)
  }

  /**
   * Listens until the signal aborts. The first ruleset is asked for: so it comes compressed and within a deadline. Polling takes
   * over at each failure of the stream, and it is polling that says whether the hub is out of reach.
   */
  async follow(signal: AbortSignal): Promise<void> {
    const polling = createStandIn((until) => this.poll(until), signal)
    const begun = new Promise<void>((resolve) => {
      this.#begun = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    polling.start()
    await begun
    const options = {
      client: this.#client,
      url: new URL(`${this.#options.baseUrl}/switchyard/v1/stream`),
      // The sequence is the hub's own business: it finds the way by the revision.
      headers: () => ({ ...this.#headers, 'last-event-id': `0-${this.#replica.revision}` }),
      message: (message: EventSourceMessage) => this.#receive(message),
      opened: () => polling.stop(),
      heard: () => this.#replica.confirm(),
      failed: () => polling.start(),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      maxEventBytes: this.#options.maxDocumentBytes,
      random: this.#options.random,
    }
    await listen(options, signal)
    await polling.ended
  }

  async #look(signal: AbortSignal): Promise<void> {
    const validator = this.#validator
    const headers = { ...this.#headers, ...(validator === undefined ? {} : { 'if-none-match': validator }) }
    const url = new URL(`${this.#options.baseUrl}/switchyard/v1/ruleset`)
    const answer = await this.#client.get(url, headers, signal)
    if (signal.aborted) return
    this.#replica.state(answer.header('switchyard-state'))
    if (answer.status === 304) {
      if (validator === undefined)
        throw malformed('the ruleset is said to be unchanged, though there is none before it')
      return this.#replica.unchanged()
    }
    this.#replica.replace(parseJsonObject(answer.body))
    this.#validator = answer.header('etag')
    if (this.#replica.revision !== null) this.#begun()
  }

  /** @throws RelayError which ends this connection; the next begins with what is missing */
  #receive({ event, data }: EventSourceMessage): void {
    switch (event) {
      case 'state':
        this.#replica.state(String(parseEvent(data)['state']))
        return this.#replica.unchanged()
      case 'ruleset':
        this.#validator = undefined
        return this.#replica.replace(parseEvent(data))
      case 'patch':
        this.#validator = undefined
        return this.#replica.apply(parseEvent(data))
      default:
    }
  }
}

function parseEvent(data: string): Record<string, unknown> {
  return parseJsonObject(Buffer.from(data))
}

function malformed(message: string): RelayError {
  return new RelayError('UPSTREAM_MALFORMED', message, { retryable: true })
}
