/** One environment's way into one store: the last snapshot that was offered is written, again and again until it is. */
import { RelayError } from '../relay-error.js'
import type { PassedOver, Refusal } from '../store/passed-over.js'
import {
  snapshotId,
  type Decision,
  type LineMarks,
  type SnapshotLine,
  type SnapshotStore,
  type StoredSnapshot,
} from '../store/snapshot-store.js'
import type { Logger } from '../telemetry/logger.js'

/** How a store does, as the environment that writes there sees it. */
export interface StoreStatus {
  readonly name: string
  readonly description: string
  readonly isFailing: boolean
  /** When that began, epoch milliseconds. */
  readonly sinceMs: number
  /** The last failure, null where there was none. */
  readonly lastError: { readonly code: string; readonly message: string; readonly atMs: number } | null
  /** Identifier of the last snapshot that is there for sure, null before the first. */
  readonly written: string | null
  /** What is there and was not taken when it was last looked at. */
  readonly passedOver: readonly PassedOver[]
  /** Counts that never fall. */
  readonly writes: Readonly<Record<'written' | 'failed', number>>
}

export interface StoreLineOptions {
  readonly store: SnapshotStore
  readonly line: SnapshotLine
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

/** What to do where something is passed over. */
const remedies: Readonly<Record<Refusal, string>> = {
  damaged: 'it is not whole, or was signed with another stateSecret: put it back from a copy, or delete it',
  unsigned:
    'it is from before stateSecret was set: what is served is written again, signed; go back to earlier ones without stateSecret',
  signed: 'it was signed: set the stateSecret that it was signed with',
  format: 'another version of the relay wrote it, and can read it',
  foreign: 'it is of another environment, or under another name: it was copied here',
  unreadable: 'the system does not give it away: look at its rights and at the disk',
}

/** Nothing of it rejects or waits: a store that fails costs a log line, a metric and a line of the status. */
export class StoreLine {
  readonly #options: StoreLineOptions
  #snapshot: StoredSnapshot | null = null
  #marks: LineMarks | null = null
  #decision: Decision | null = null
  #writing: Promise<void> | null = null
  #isFailing = false
  #sinceMs: number
  #lastError: StoreStatus['lastError'] = null
  #written: string | null = null
  #told: ReadonlySet<string> = new Set()
  readonly #writes = { written: 0, failed: 0 }

  constructor(options: StoreLineOptions) {
    this.#options = options
    this.#sinceMs = options.now()
  }

  status(): StoreStatus {
    return {
      name: this.#options.store.name,
      description: this.#options.store.description,
      isFailing: this.#isFailing,
      sinceMs: this.#sinceMs,
      lastError: this.#lastError,
      written: this.#written,
      passedOver: this.#options.store.passedOver(this.#options.line),
      writes: this.#writes,
    }
  }

  /** Whether decisions travel over it. */
  get isShared(): boolean {
    return this.#options.store.decisions !== undefined
  }

  /** Writes what is given, in place of what was given before and is not written yet. */
  offer(offered: {
    readonly snapshot?: StoredSnapshot
    readonly marks?: LineMarks
    readonly decision?: Decision
  }): void {
    this.#snapshot = offered.snapshot ?? this.#snapshot
    this.#marks = offered.marks ?? this.#marks
    if (this.isShared) this.#decision = offered.decision ?? this.#decision
    void this.flush()
  }

  /** Tries what is not written yet once more; resolves when that has ended, however it did. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
    return this.#writing
  }

  /** Reads from the store; null where that fails, which has been told then. */
  async read<Found>(from: (store: SnapshotStore, line: SnapshotLine) => Promise<Found>): Promise<Found | null> {
    try {
      const found = await from(this.#options.store, this.#options.line)
      this.#tellPassedOver()
      if (!this.#isPending) this.#heal()
      return found
    } catch (error) {
      this.#fail(error)
      return null
    }
  }

  /** Each thing once, and again where there is another reason. */
  #tellPassedOver(): void {
    const { store, line, logger } = this.#options
    const told = new Set<string>()
    for (const passed of store.passedOver(line)) {
      const { kind, name, reason } = passed
      const id = `${kind} ${name} ${reason}`
      told.add(id)
      if (this.#told.has(id)) continue
      const fields = { store: store.name, kind, name, reason, remedy: remedies[reason] }
      // What somebody decided is not to be had from anywhere else.
      if (kind === 'snapshot') logger.warn(fields, 'a snapshot is passed over, and stays where it is')
      else logger.error(fields, 'what somebody decided is not taken: what was activated may not be activated any more')
    }
    this.#told = told
  }

  async #write(): Promise<void> {
    // That nothing is to be written says nothing about the store.
    if (!this.#isPending) return
    try {
      while (this.#isPending) {
        if (this.#decision !== null) await this.#writeDecision(this.#decision)
        if (this.#snapshot !== null) await this.#writeSnapshot(this.#snapshot)
        if (this.#marks !== null) await this.#writeMarks(this.#marks)
      }
      this.#heal()
    } catch (error) {
      this.#writes.failed += 1
      this.#fail(error)
    }
  }

  get #isPending(): boolean {
    return this.#snapshot !== null || this.#marks !== null || this.#decision !== null
  }

  async #writeDecision(decision: Decision): Promise<void> {
    const { store, line } = this.#options
    await store.decisions?.write(line, decision)
    if (this.#decision === decision) this.#decision = null
  }

  async #writeSnapshot(snapshot: StoredSnapshot): Promise<void> {
    const { store, logger } = this.#options
    const outcome = await store.write(snapshot)
    if (this.#snapshot === snapshot) this.#snapshot = null
    const id = snapshotId(snapshot)
    if (outcome === 'written') this.#writes.written += 1
    if (outcome === 'written' || outcome === 'same') this.#written = id
    else if (outcome !== 'others')
      logger.warn({ store: store.name, snapshot: id, outcome }, 'a snapshot was not kept: a better one is there')
  }

  async #writeMarks(marks: LineMarks): Promise<void> {
    const { store, line } = this.#options
    await store.writeMarks(line, marks)
    if (this.#marks === marks) this.#marks = null
  }

  #heal(): void {
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#sinceMs = this.#options.now()
    this.#options.logger.info({ store: this.#options.store.name }, 'the store works again')
  }

  #fail(error: unknown): void {
    const { store, logger, now } = this.#options
    const code = error instanceof RelayError ? error.code : 'STORE_FAILED'
    const message = error instanceof Error ? error.message : String(error)
    const isNews = !this.#isFailing || this.#lastError?.code !== code
    if (!this.#isFailing) this.#sinceMs = now()
    this.#isFailing = true
    this.#lastError = { code, message, atMs: now() }
    if (!isNews) return
    const fields = { store: store.name, code, reason: message, ...(error instanceof RelayError ? {} : { error }) }
    logger.warn(fields, 'the store fails: what is served is served on, and writing is tried again')
  }
}
