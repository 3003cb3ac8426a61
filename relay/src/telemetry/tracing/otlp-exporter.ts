/** Sends spans and log records by OTLP over HTTP. What waits is bounded; what finds no room is dropped, and told in the log. */
import { request } from 'undici'
import type { Logger } from '../logger.js'
import { attributesOf, type Attribute, type OtlpLogRecord, type OtlpSpan } from './otlp-records.js'

export interface OtlpExporterOptions {
  /** Without `/v1/traces`, and without a slash at its end. */
  readonly endpoint: string
  /** Secret. */
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly version: string
  readonly logger: Pick<Logger, 'warn' | 'info'>
}

export interface OtlpExporter {
  span(span: OtlpSpan): void
  log(record: OtlpLogRecord): void
  /** Sends what waits, for at most two seconds, and ends. */
  close(): Promise<void>
}

/** Most records that wait, of each kind. */
const maxWaiting = 4_096
const maxBatch = 512
const intervalMs = 1_000
const timeoutMs = 5_000
const closeTimeoutMs = 2_000
/** Longest pause after failures, in intervals. */
const maxPause = 30

/** What the specification says to try again. */
const retryableStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** Creates the exporter; it asks nothing of the collector until there is something to send. */
export function createOtlpExporter(options: OtlpExporterOptions): OtlpExporter {
  const { serviceName, version } = options
  const resource = { attributes: attributesOf({ 'service.name': serviceName, 'service.version': version }) }
  const scope = { name: 'switchyard', version }
  const spans = new Lane<OtlpSpan>(options, '/v1/traces', (batch) => ({
    resourceSpans: [{ resource, scopeSpans: [{ scope, spans: batch }] }],
  }))
  const logs = new Lane<OtlpLogRecord>(options, '/v1/logs', (batch) => ({
    resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: batch }] }],
  }))
  const timer = setInterval(() => {
    void spans.tick()
    void logs.tick()
  }, intervalMs)
  timer.unref()
  return {
    span: (span) => spans.add(span),
    log: (record) => logs.add(record),
    close: async () => {
      clearInterval(timer)
      const deadline = AbortSignal.timeout(closeTimeoutMs)
      await Promise.all([spans.drain(deadline), logs.drain(deadline)])
    },
  }
}

/** Records of one kind on their way to one address. */
class Lane<Item extends { readonly attributes: readonly Attribute[] }> {
  #waiting: Item[] = []
  #dropped = 0
  #failures = 0
  #pause = 0
  #sending: Promise<void> | null = null
  readonly #options: OtlpExporterOptions
  readonly #path: string
  readonly #envelope: (batch: readonly Item[]) => object

  constructor(options: OtlpExporterOptions, path: string, envelope: (batch: readonly Item[]) => object) {
    this.#options = options
    this.#path = path
    this.#envelope = envelope
  }

  add(item: Item): void {
    if (this.#waiting.length < maxWaiting) this.#waiting.push(item)
    else this.#dropped += 1
  }

  /** Sends all that waits, unless it is being sent already or the collector was not well lately. */
  async tick(): Promise<void> {
    if (this.#sending !== null) return
    if (this.#pause > 0) {
      this.#pause -= 1
      return
    }
    this.#sending = this.#sendAll(() => AbortSignal.timeout(timeoutMs))
    await this.#sending
    this.#sending = null
  }

  async drain(deadline: AbortSignal): Promise<void> {
    await Promise.race([this.#sending, new Promise((resolve) => deadline.addEventListener('abort', resolve))])
    await this.#sendAll(() => deadline)
  }

  /** Until nothing waits, or the first failure. */
  async #sendAll(signal: () => AbortSignal): Promise<void> {
    let isWell = true
    while (isWell && this.#waiting.length > 0) isWell = await this.#sendBatch(signal())
  }

  /** @returns whether it arrived */
  async #sendBatch(signal: AbortSignal): Promise<boolean> {
    const batch = this.#waiting.splice(0, maxBatch)
    const outcome = await this.#post(batch, signal)
    if (outcome === null) {
      if (this.#failures > 0) this.#options.logger.info({ dropped: this.#dropped }, 'traces arrive again')
      this.#failures = 0
      this.#dropped = 0
      return true
    }
    const room = maxWaiting - this.#waiting.length
    const kept = outcome.isRetryable ? batch.slice(0, room) : []
    this.#waiting = [...kept, ...this.#waiting]
    this.#dropped += batch.length - kept.length
    this.#failures += 1
    this.#pause = Math.min(maxPause, 2 ** this.#failures)
    if (this.#failures === 1) this.#options.logger.warn({ reason: outcome.reason }, 'traces do not arrive')
    return false
  }

  /** @returns null when it arrived */
  async #post(
    batch: readonly Item[],
    signal: AbortSignal,
  ): Promise<{ readonly isRetryable: boolean; readonly reason: string } | null> {
    const { endpoint, headers } = this.#options
    try {
      const answer = await request(endpoint + this.#path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(this.#envelope(batch)),
        signal,
      })
      await answer.body.dump()
      const { statusCode } = answer
      if (statusCode >= 200 && statusCode < 300) return null
      return { isRetryable: retryableStatuses.has(statusCode), reason: `the collector answers ${statusCode}` }
    } catch (error) {
      return { isRetryable: true, reason: error instanceof Error ? error.message : String(error) }
    }
  }
}
