/** One vendor environment as the rest of the relay sees it. */
import type { Audience, Diagnostic, EvaluatedOutcome, Snapshot } from '@switchyard/engine'

/** One immutable revision in service. A request takes it once and sees it from start to end. */
export interface Served {
  readonly snapshot: Snapshot
  /** Identifier of the content, 16 hex digits. */
  readonly revision: string
  /** Counts the revisions of this environment in this process, from 1. */
  readonly sequence: number
  /** When it was swapped in, epoch milliseconds. */
  readonly sinceMs: number
}

export interface Environment {
  readonly name: string
  /** What is served now, null before the first good document. Swapped by assignment. */
  readonly served: Served | null
  status(): EnvironmentStatus
  /** Calls back after each swap; returns the way to stop that. */
  onChange(listener: (served: Served, previous: Served | null) => void): () => void
  /** Calls back whenever another state has been entered; returns the way to stop that. */
  onState(listener: (state: EnvironmentStatus['state']) => void): () => void
  /** Counts answers for the metrics: typed-array increments, nothing else on the request path. */
  readonly usage: UsageCounter
  /** Origins whose pages may read answers, none when absent; `*` counts for client keys only. */
  readonly corsOrigins?: readonly string[]
}

export interface UsageCounter {
  count(served: Served, outcome: EvaluatedOutcome): void
  countAll(served: Served, outcomes: readonly EvaluatedOutcome[]): void
}

export interface EnvironmentStatus {
  readonly name: string
  readonly vendor: string
  readonly upstream: string
  /** `waiting`: no data yet. `stale`: data is served, and the last attempt to renew it failed. */
  readonly state: 'waiting' | 'fresh' | 'stale'
  readonly stateSinceMs: number
  readonly revision: string | null
  readonly sequence: number
  readonly flagCount: number
  /** When the upstream last confirmed what is served. */
  readonly confirmedAtMs: number | null
  readonly lastError: { readonly code: string; readonly message: string; readonly atMs: number } | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Finds what a request may see. */
export interface EnvironmentDirectory {
  readonly environments: readonly Environment[]
  /** @param key as presented, undefined when none was; compared in constant time */
  access(key: string | undefined): Access | 'missing-key' | 'unknown-key'
}

/** What a key opens. Each key has an object of its own. */
export interface Access {
  readonly environment: Environment
  readonly audience: Audience
  /** Stable, not secret identifier of what the key may see: part of every ETag and cache key. */
  readonly scope: string
}
