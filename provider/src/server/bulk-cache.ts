/**
 * Answers about all flags, by context, for the provider that asks: one request instead of one for each flag, and none while an
 * event stream would have told of a change. What it cannot vouch for is asked for singly, so the answers are always those of
 * single requests.
 */
import {
  evaluateFlags,
  type BulkAnswer,
  type FlagAnswer,
  type OfrepServer,
  type TransportResponse,
} from '../ofrep/index.js'
import { ChangeStreams, type ChangeHints } from './change-streams.js'
import type { Settings } from './options.js'
import type { ClosableTransport } from './transport.js'
import { createVersionStamp } from './version-stamp.js'

export interface BulkCacheOptions {
  readonly settings: Settings
  readonly server: OfrepServer
  readonly transport: ClosableTransport
  /** Told of each answer; a failure is told by the single request that follows. */
  readonly answered: (response: TransportResponse) => void
  /** Flags have changed; which, nobody knows. */
  readonly changed: () => void
  /** Epoch milliseconds. */
  readonly now: () => number
}

interface Entry {
  readonly stamp: ReturnType<typeof createVersionStamp>
  readonly answer: BulkAnswer
  /** Characters of the answer. */
  readonly size: number
  /** The number of changes that had been told when it was asked for. */
  readonly epoch: number
  /** Epoch milliseconds: when flags change by themselves, and at the latest when the relay is to be seen again. */
  readonly expiresAtMs: number
}

/** Of all answers together, in characters. */
const maxSize = 16 * 1024 * 1024
/** A context that is longer is not worth comparing. */
const maxContextLength = 65_536
/** After a failure, or an answer that names no stream, all flags are not asked for again so soon. */
const restMs = 10_000

export class BulkCache {
  readonly #options: BulkCacheOptions
  readonly #streams: ChangeStreams
  /** By context as text, the one that was used last at the end. */
  readonly #entries = new Map<string, Entry>()
  readonly #loading = new Map<string, Promise<Entry | null>>()
  #size = 0
  #epoch = 0
  #hints: ChangeHints = {}
  #restsUntilMs = 0

  constructor(options: BulkCacheOptions) {
    this.#options = options
    const { settings, transport } = options
    this.#streams = new ChangeStreams({
      ...settings,
      transport,
      listener: {
        // What changed between the answer and the opening was not told.
        live: () => (this.#epoch += 1),
        changed: (hints) => this.#changed(hints),
        lost: (wasSteady) => this.#lost(wasSteady),
      },
    })
  }

  /** The flag's answer, or null where the relay has to be asked for it singly. Never rejects. */
  async answer(flagKey: string, context: object): Promise<FlagAnswer | null> {
    const text = JSON.stringify(context)
    if (text.length > maxContextLength) return null
    const entry = this.#trusted(text) ?? (await this.#load(text, context))
    const flag = entry?.answer.flags.get(flagKey)
    return entry === null || flag === undefined ? null : { ...flag, metadata: entry.stamp(flag.metadata) }
  }

  close(): void {
    this.#streams.close()
    this.#clear()
  }

  #trusted(text: string): Entry | null {
    const entry = this.#entries.get(text)
    if (entry === undefined || !this.#streams.isLive) return null
    if (entry.epoch !== this.#epoch || this.#options.now() >= entry.expiresAtMs) return null
    this.#entries.delete(text)
    this.#entries.set(text, entry)
    return entry
  }

  /** Asks for all flags of that context, once for all who wait; null where that is no use now. */
  #load(text: string, context: object): Promise<Entry | null> {
    const loading = this.#loading.get(text)
    if (loading !== undefined) return loading
    if (this.#streams.isOpening || this.#options.now() < this.#restsUntilMs) return Promise.resolve(null)
    const started = this.#ask(text, context).finally(() => this.#loading.delete(text))
    this.#loading.set(text, started)
    return started
  }

  async #ask(text: string, context: object): Promise<Entry | null> {
    const { server, now, answered, settings } = this.#options
    const [epoch, askedAtMs, hints, held] = [this.#epoch, now(), this.#hints, this.#entries.get(text)]
    const query = new URLSearchParams(hints).toString()
    const result = await evaluateFlags(server, context, { etag: held?.answer.etag, query })
    const { kind, response } = result
    const parts = kind === 'flags' ? entryParts(result) : kind === 'unchanged' ? held : undefined
    if (response === undefined || parts === undefined) return this.#rest(askedAtMs)
    answered(response)
    if (this.#hints === hints) this.#hints = {}
    const validMs = Number(response.header('switchyard-valid-ms') ?? Number.POSITIVE_INFINITY)
    const entry = { ...parts, epoch, expiresAtMs: askedAtMs + Math.min(validMs, settings.pollIntervalMs) }
    // Nothing is gained by keeping what is another answer each time, or what no event stream watches over.
    if (this.#streams.use(parts.answer.eventStreams) && validMs > 0) this.#keep(text, entry)
    else this.#rest(askedAtMs)
    return entry
  }

  #rest(fromMs: number): null {
    this.#restsUntilMs = fromMs + restMs
    return null
  }

  #keep(text: string, entry: Entry): void {
    this.#drop(text)
    if (entry.size > maxSize) return
    this.#entries.set(text, entry)
    this.#size += entry.size
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= maxSize && this.#entries.size <= this.#options.settings.cachedContexts) return
      this.#drop(oldest)
    }
  }

  #drop(text: string): void {
    this.#size -= this.#entries.get(text)?.size ?? 0
    this.#entries.delete(text)
  }

  #clear(): void {
    this.#entries.clear()
    this.#size = 0
  }

  #changed(hints: ChangeHints): void {
    this.#epoch += 1
    // An event without a hint takes none from the one before it.
    this.#hints = { ...this.#hints, ...hints }
    this.#restsUntilMs = 0
    this.#options.changed()
  }

  /** With the answers go their validators: the next question is an unconditional one. */
  #lost(wasSteady: boolean): void {
    this.#epoch += 1
    this.#clear()
    if (!wasSteady) this.#rest(this.#options.now())
  }
}

function entryParts(
  answer: BulkAnswer & { readonly response?: TransportResponse },
): Omit<Entry, 'epoch' | 'expiresAtMs'> {
  const { response } = answer
  const stamp = createVersionStamp(response?.header('switchyard-revision') ?? '')
  return { answer, stamp, size: response?.body.length ?? 0 }
}
