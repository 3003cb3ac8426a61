/** What an environment may serve next. */
import type { Snapshot } from '@switchyard/engine'
import type { HeldStatus } from './environment.js'

/** What may come into service. */
export interface Candidate {
  readonly snapshot: Snapshot
  readonly revision: string
  readonly changedAtMs?: number
  /** See {@link Environment.original}. */
  readonly original: string | null
  /** When the upstream last confirmed it, null where nobody knows; absent: now. */
  readonly confirmedAtMs?: number | null
}

/** What is not served, and why. */
export interface Held {
  readonly candidate: Candidate
  readonly status: HeldStatus
}
