/** An environment as the one who owns it sees it. */
import type { StoredSnapshot } from '../store/snapshot-store.js'
import type { Histogram } from '../telemetry/histogram.js'
import type { Environment, EnvironmentStatus } from './environment.js'
import type { ReadableUsage } from './usage-counter.js'

/** What became of one look at the upstream. `refused`: it answered, and the answer is no usable document. */
export type FetchOutcome = 'document' | 'unchanged' | 'refused' | 'failed'

/** Counts for the metrics; they never fall. */
export interface EnvironmentActivity {
  readonly fetches: Readonly<Record<FetchOutcome, number>>
  /** Seconds from a change upstream until it is served here, of changes after the first document. */
  readonly propagation: Histogram
}

export interface RunningEnvironment extends Environment {
  readonly usage: ReadableUsage
  readonly activity: EnvironmentActivity
  status(): EnvironmentStatus
  /** Calls back whenever it may be known for another time that the upstream has what is served; returns the way to stop that. */
  onConfirmation(listener: () => void): () => void
  /** Runs the source until the signal aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void>
  /**
   * Serves a snapshot that did not come from the upstream just now, if it is later than what is served.
   *
   * @param isConfirmed whether somebody who talks to the upstream vouches for it; otherwise it is stale until the upstream answers
   * @returns why it cannot be used, null where it is served or is not later
   */
  adopt(stored: StoredSnapshot, isConfirmed: boolean): string | null
  /**
   * Serves what the replica that talks to the upstream serves, wherever that stands; while a snapshot is activated, that alone.
   *
   * @returns why it cannot be used, null otherwise
   */
  follow(stored: StoredSnapshot): string | null
  /** Gives what is served a place under a new lease. */
  restamp(fence: number): void
  /**
   * Serves an earlier snapshot and holds back whatever the upstream has, until {@link release}.
   *
   * @returns why it cannot be used, null where it is served
   */
  activate(stored: StoredSnapshot): string | null
  /**
   * Ends an activation.
   *
   * @param servesHeld whether to serve what was held back, for whichever reason; true when absent. A replica that follows another one
   * waits for what that one serves.
   */
  release(servesHeld?: boolean): void
}
