/** An environment as the one who owns it sees it. */
import type { AnyVendor, JsonObject } from '@switchyard/engine'
import type { StoredSnapshot } from '../store/snapshot-store.js'
import type { Logger } from '../telemetry/logger.js'
import type { Histogram } from '../telemetry/histogram.js'
import type { Environment, EnvironmentStatus } from './environment.js'
import type { Source } from '../vendors/source.js'
import type { FreshnessThresholds } from './freshness.js'
import type { ReadableUsage } from './usage-counter.js'

/** What became of one look at the upstream. `refused`: it answered, and the answer is no usable document. */
export type FetchOutcome = 'document' | 'unchanged' | 'refused' | 'failed'

/** Counts for the metrics; they never fall. */
export interface EnvironmentActivity {
  readonly fetches: Readonly<Record<FetchOutcome, number>>
  /** Seconds from a change upstream until it is served here, of changes after the first document. */
  readonly propagation: Histogram
}

/** What can change while an environment runs. */
export interface EnvironmentSettings {
  /** See {@link Environment.corsOrigins}. */
  readonly corsOrigins?: readonly string[]
  readonly thresholds?: FreshnessThresholds
  /** A document that would switch off or remove more of the flags than that is held; absent: none is. */
  readonly maxLossPercent?: number
}

/** Where an environment's documents come from. */
export interface EnvironmentUpstream {
  readonly source: Source
  /** Absent: recognised from the first good document, and kept from then on. */
  readonly vendor?: AnyVendor
  readonly vendorOptions?: JsonObject
  /** Token of the lease under which this process talks to the upstream; absent: there is no lease. */
  readonly fence?: () => number
}

/** What an environment is made of. */
export interface EnvironmentOptions extends EnvironmentUpstream, EnvironmentSettings {
  readonly name: string
  /** See {@link Environment.isOrdered}. */
  readonly isOrdered?: boolean
  /** Counts answers; absent: here. */
  readonly usage?: ReadableUsage
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
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
  /** Other settings, for what comes from now on. */
  adjust(settings: EnvironmentSettings): void
  /**
   * Another upstream, for the next {@link run}; the last one has ended. What is served stays until it delivers, and so do streams and
   * counts.
   *
   * @param isSameLine whether it has what the one before had, so that a snapshot that is activated stays so
   */
  takeUpstream(upstream: EnvironmentUpstream, isSameLine: boolean): void
}
