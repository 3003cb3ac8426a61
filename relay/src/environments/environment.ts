/** One vendor environment as the rest of the relay sees it. */
import type { Audience, Diagnostic, EvaluatedOutcome, Snapshot } from '@switchyard/engine'

/** One immutable revision in service. A request takes it once and sees it from start to end. */
export interface Served {
  readonly snapshot: Snapshot
  /** Identifier of the content, 16 hex digits. */
  readonly revision: string
  /** Counts the revisions of this environment, from 1; goes on after a restart where snapshots are kept. */
  readonly sequence: number
  /** Token of the lease under which the sequence was counted; 0 where there is no lease. */
  readonly fence: number
  /** When it was swapped in, epoch milliseconds. */
  readonly sinceMs: number
}

/**
 * `waiting`: no data yet. `fresh`: the upstream has what is served. `stale`: the last look at it failed, or nobody has looked since the
 * start. `degraded`: it answers, but what it has cannot be served, or is held back. `disconnected`: every look has failed for long.
 */
export type EnvironmentState = 'waiting' | 'fresh' | 'stale' | 'degraded' | 'disconnected'

export interface Environment {
  readonly name: string
  /** What is served now, null before the first good document. Swapped by assignment. */
  readonly served: Served | null
  /**
   * The document that what is served was made from, as JSON text, where the vendor's own programs read it from us. Of documents with
   * the same meaning it is the last one.
   */
  readonly original?: string | null
  readonly state: EnvironmentState
  /**
   * Seconds since the upstream last confirmed what is served, as text for a header; empty without data. Made at most once a second.
   */
  ageText(): string
  status(): Pick<EnvironmentStatus, 'vendor'>
  /** Calls back after each swap; returns the way to stop that. */
  onChange(listener: (served: Served, previous: Served | null) => void): () => void
  /** Calls back whenever another state has been entered; returns the way to stop that. */
  onState(listener: (state: EnvironmentState) => void): () => void
  /** Counts answers for the metrics: typed-array increments, nothing else on the request path. */
  readonly usage: UsageCounter
  /** Whether sequences go on after a restart, and in other replicas: then they can be compared. */
  readonly isOrdered?: boolean
  /** Origins whose pages may read answers, none when absent; `*` counts for client keys only. */
  readonly corsOrigins?: readonly string[]
}

export interface UsageCounter {
  count(served: Served, outcome: EvaluatedOutcome): void
  countAll(served: Served, outcomes: readonly EvaluatedOutcome[]): void
  /** Counts one answered request, whatever its answer was. */
  countRequest(): void
}

export interface EnvironmentStatus {
  readonly name: string
  readonly vendor: string
  readonly upstream: string
  readonly state: EnvironmentState
  readonly stateSinceMs: number
  readonly revision: string | null
  readonly sequence: number
  readonly flagCount: number
  /** When the upstream last confirmed what is served. */
  readonly confirmedAtMs: number | null
  readonly lastError: { readonly code: string; readonly message: string; readonly atMs: number } | null
  readonly diagnostics: readonly Diagnostic[]
  /** What the upstream has and is not served, null where there is no such thing. */
  readonly held: HeldStatus | null
  /** The snapshot that somebody has activated, null while the upstream decides. */
  readonly activated: { readonly id: string; readonly sinceMs: number } | null
}

export interface HeldStatus {
  /** `activated`: somebody has activated another snapshot. `blast-radius`: it would switch off or remove too many flags at once. */
  readonly reason: 'activated' | 'blast-radius'
  readonly revision: string
  readonly sinceMs: number
  readonly flagCount: number
  /** Flags that it has no more, and flags that it switches off; each the number of them. */
  readonly removed: number
  readonly switchedOff: number
}

/** Finds what a request may see. */
export interface EnvironmentDirectory {
  readonly environments: readonly Environment[]
  /** @param key as presented, undefined when none was; looked up by its digest */
  access(key: string | undefined): Access | 'missing-key' | 'unknown-key' | 'expired-key'
}

/** What a key opens. Each key has an object of its own. */
export interface Access {
  readonly environment: Environment
  readonly audience: Audience
  /** Stable, not secret identifier of what the key may see: part of every ETag and cache key. */
  readonly scope: string
}
