/** Evaluation by the relay: one request for each answer, unless answers are kept. */
import {
  evaluateFlag,
  evaluateFlags,
  failed,
  resolve,
  type Failure,
  type FlagAnswer,
  type Json,
  type OfrepServer,
  type Resolution,
  type TransportResponse,
  type ValueType,
} from '../ofrep/index.js'
import { BulkCache } from './bulk-cache.js'
import type { Settings } from './options.js'
import type { ClosableTransport } from './transport.js'
import { createVersionStamp } from './version-stamp.js'

export interface RemoteEvents {
  /** The relay answered; its headers say whether its data is fresh. */
  readonly answered: (response: TransportResponse) => void
  readonly failed: (failure: Failure) => void
  /** Flags have changed, which is only noticed where answers are kept. */
  readonly changed: () => void
}

/** A question of the application. */
export interface Question {
  readonly flagKey: string
  readonly type: ValueType
  readonly defaultValue: Json
  readonly context: object
}

/** Asks the relay. Never throws, never rejects. */
export class Remote {
  readonly #server: OfrepServer
  readonly #events: RemoteEvents
  readonly #now: () => number
  /** null: nothing is kept. */
  readonly #cache: BulkCache | null
  /** No request before that moment of the monotonic clock: the relay asked for a pause. */
  #notBeforeMs = 0

  constructor(settings: Settings, transport: ClosableTransport, events: RemoteEvents) {
    const { baseUrl, headers, cachedContexts } = settings
    this.#now = Date.now
    this.#server = { baseUrl, headers, transport: transport.send, now: this.#now }
    this.#events = events
    const shared = { settings, transport, server: this.#server, now: this.#now }
    this.#cache = cachedContexts > 0 ? new BulkCache({ ...shared, ...events }) : null
  }

  /** Gives up what it keeps, and the event streams. */
  close(): void {
    this.#cache?.close()
  }

  /**
   * Asks once for this context's flags.
   *
   * @returns what is wrong, or null; a context that cannot be evaluated says nothing against the relay, nor about other contexts
   */
  async probe(context: object): Promise<Failure | null> {
    const result = await evaluateFlags(this.#server, isJson(context) ? context : {})
    if (result.kind === 'invalid' || isTooLong(result.response)) return null
    if (result.kind !== 'flags' && result.kind !== 'unchanged') return this.#failed(result)
    if (result.response !== undefined) this.#events.answered(result.response)
    return null
  }

  /** @param otherwise what is answered where the relay does not; absent: an error that says why */
  async resolve(question: Question, otherwise?: () => Resolution<Json> | undefined): Promise<Resolution<Json>> {
    const { flagKey, type, defaultValue, context } = question
    const answer = await this.#ask(flagKey, context)
    if (typeof answer !== 'string') return resolve(answer, type, defaultValue)
    return otherwise?.() ?? failed(defaultValue, 'GENERAL', answer)
  }

  /** The answer, or why there is none. */
  async #ask(flagKey: string, context: object): Promise<FlagAnswer | string> {
    // No number: messages become labels of metrics.
    if (performance.now() < this.#notBeforeMs) return 'the relay asked for a pause'
    if (!isJson(context)) return notJson
    const kept = (await this.#cache?.answer(flagKey, context)) ?? null
    if (kept !== null) return kept
    const result = await evaluateFlag(this.#server, flagKey, context)
    if (result.kind !== 'value' && result.kind !== 'error') {
      // That this question cannot be answered says nothing against the relay.
      const isOfQuestion = result.kind === 'invalid' || isTooLong(result.response)
      return (isOfQuestion ? result : this.#failed(result)).message
    }
    if (result.response === undefined) return result
    this.#events.answered(result.response)
    return withVersion(result, result.response)
  }

  #failed(failure: Failure): Failure {
    if (failure.kind === 'later') this.#notBeforeMs = performance.now() + (failure.retryAfterMs ?? 0)
    this.#events.failed(failure)
    return failure
  }
}

/** The context is, or the flag key. */
function isTooLong(response: TransportResponse | undefined): boolean {
  return response?.status === 413 || response?.status === 431
}

const notJson: FlagAnswer = {
  kind: 'error',
  errorCode: 'INVALID_CONTEXT',
  errorDetails: 'the context cannot be written as JSON',
  metadata: {},
}

/** Whether it can be sent: no cycles, big integers or getters that throw. */
function isJson(context: object): boolean {
  try {
    return JSON.stringify(context) !== undefined
  } catch {
    return false
  }
}

/** The relay tells servers which revision answered. */
function withVersion(answer: FlagAnswer, response: TransportResponse): FlagAnswer {
  const stamp = createVersionStamp(response.header('switchyard-revision') ?? '')
  return { ...answer, metadata: stamp(answer.metadata) }
}
