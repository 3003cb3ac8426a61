/** Which snapshot serves, as somebody decided here or at another replica: the last decision counts, wherever it was made. */
import {
  snapshotId,
  type Decision,
  type SnapshotLine,
  type SnapshotStore,
  type StoredSnapshot,
} from '../store/snapshot-store.js'
import type { Logger } from '../telemetry/logger.js'
import type { RunningEnvironment } from './running-environment.js'
import type { SharedUpstream } from './share-upstream.js'
import type { StoreLine } from './store-line.js'

export interface DecisionOptions {
  readonly environment: Pick<RunningEnvironment, 'name' | 'activate' | 'release' | 'status'>
  readonly line: SnapshotLine
  readonly stores: readonly SnapshotStore[]
  /** One for each store. */
  readonly lines: readonly StoreLine[]
  /** null where no other replica serves the environment. */
  readonly replica: Pick<SharedUpstream, 'isFollower' | 'wake'> | null
  /** Called when a decision of another replica was followed. */
  readonly followed: () => void
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

export class Decisions {
  readonly #options: DecisionOptions
  readonly #shared: readonly StoreLine[]
  readonly #leave: readonly (() => void)[]
  #latest: Decision | null = null
  #looking: Promise<void> = Promise.resolve()

  constructor(options: DecisionOptions) {
    const { stores, lines, line } = options
    this.#options = options
    this.#shared = lines.filter(({ isShared }) => isShared)
    this.#leave = stores.flatMap((store) => store.subscribe?.(line, () => void this.look()) ?? [])
  }

  /** When the last one was made, epoch milliseconds; null before the first. */
  get decidedAtMs(): number | null {
    return this.#latest?.atMs ?? null
  }

  /** Takes up what was decided before the start. */
  resume(decision: Decision): void {
    this.#latest = decision
  }

  /** Somebody decided here. Clocks differ, so it is later than what is known, whatever the clock says. */
  decided(snapshot: StoredSnapshot | null): void {
    this.#latest = { snapshot, atMs: Math.max(this.#options.now(), (this.#latest?.atMs ?? 0) + 1) }
    for (const line of this.#shared) line.offer({ decision: this.#latest })
    this.#options.replica?.wake()
  }

  /** Follows a later decision of another replica, and tells ours where it is not known. */
  look(): Promise<void> {
    this.#looking = this.#lookAfter(this.#looking)
    return this.#looking
  }

  close(): void {
    for (const leave of this.#leave) leave()
  }

  async #lookAfter(before: Promise<void>): Promise<void> {
    await before
    for (const line of this.#shared) await this.#compare(line)
  }

  async #compare(line: StoreLine): Promise<void> {
    const theirsMs = await line.read((store, of) => store.decisions?.decidedAtMs(of) ?? Promise.resolve(0))
    const ours = this.#latest
    if (theirsMs === null || theirsMs === (ours?.atMs ?? 0)) return
    if (ours !== null && theirsMs < ours.atMs) return line.offer({ decision: ours })
    const theirs = await line.read((store, of) => store.decisions?.read(of) ?? Promise.resolve(null))
    if (theirs !== null && theirs.atMs > (this.#latest?.atMs ?? 0)) this.#follow(theirs)
  }

  #follow(decision: Decision): void {
    const { environment, replica, followed, logger } = this.#options
    this.#latest = decision
    const { snapshot } = decision
    const fields = { environment: environment.name, snapshot: snapshot === null ? 'latest' : snapshotId(snapshot) }
    logger.info(fields, 'another replica was told which snapshot serves')
    if (snapshot !== null) environment.activate(snapshot)
    else if (environment.status().activated !== null) environment.release(replica?.isFollower() !== true)
    followed()
    replica?.wake()
  }
}
