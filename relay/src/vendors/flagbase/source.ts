/** Where Flagbase environments come from: the raw ruleset by polling. There is no stream. */
import { findFlagbaseReorderings } from '@switchyard/engine'
import { RelayError } from '../../relay-error.js'
import { createHttpClient, type HttpAnswer } from '../http/client.js'
import { parseJsonObject } from '../http/json-body.js'
import { createPoller } from '../http/poll.js'
import type { Source, SourceSink } from '../source.js'
import type { FlagbaseOptions } from './options.js'
import { readRefusal } from './refusal.js'

export interface FlagbaseSourceOptions extends FlagbaseOptions {
  /** `0 <= random() < 1` */
  readonly random: () => number
}

export function createFlagbaseSource(options: FlagbaseSourceOptions): Source {
  const url = new URL(`${options.baseUrl}/`)
  return {
    description: url.href,
    async run(sink, signal) {
      const client = createHttpClient({ ...options, readRefusal })
      const line = new RulesetLine(sink)
      const poller = createPoller({
        intervalMs: options.pollIntervalMs,
        attempt: async (until) => {
          // Flagbase reads the validator from a request header of the name that others give to the answer's.
          const headers = { 'x-sdk-key': options.serverKey, etag: line.validator ?? noValidator }
          const answer = await client.get(url, headers, until)
          if (!until.aborted) line.read(answer)
        },
        failed: (error) => sink.failed(error),
        random: options.random,
      })
      try {
        await poller.run(signal)
      } finally {
        await client.close()
      }
    },
  }
}

/** What the vendor's own SDKs send before they have one. */
const noValidator = 'initial'

/** What is remembered between looks. */
class RulesetLine {
  readonly #sink: SourceSink
  /** The last body that was delivered. */
  #body: Buffer | null = null
  #validator: string | undefined

  constructor(sink: SourceSink) {
    this.#sink = sink
  }

  /** Of the last document; undefined before the first one. */
  get validator(): string | undefined {
    return this.#validator
  }

  read(answer: HttpAnswer): void {
    if (answer.status === 304) {
      if (this.#validator !== undefined) return this.#sink.unchanged()
      throw new RelayError(
        'UPSTREAM_MALFORMED',
        'the ruleset is said to be unchanged, though there is none before it',
        {
          retryable: true,
        },
      )
    }
    const document = parseJsonObject(answer.body)
    const before = this.#body
    this.#validator = answer.header('etag')
    this.#body = answer.body
    if (before?.equals(answer.body) === true) return this.#sink.unchanged()
    this.#sink.document(document, {
      ...(this.#validator === undefined ? {} : { version: this.#validator }),
      diagnostics: before === null ? [] : findFlagbaseReorderings(parseJsonObject(before), document),
    })
  }
}
