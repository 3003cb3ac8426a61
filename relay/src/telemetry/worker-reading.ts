/** What is told of the processes that serve the data plane, where there are several. */

/** `starting`: it takes no connections yet. `dead`: another one begins in a moment. */
export type WorkerState = (typeof workerStates)[number]

export const workerStates = ['starting', 'serving', 'draining', 'dead'] as const

/** One worker, for the status and the metrics. */
export interface WorkerReading {
  /** From 1; whoever takes a dead worker's place has its number. */
  readonly number: number
  /** null between two processes. */
  readonly pid: number | null
  readonly state: WorkerState
  /** Epoch milliseconds. */
  readonly sinceMs: number
  /** How many have died in this place. */
  readonly deaths: number
  /** User and system, of all that have been in this place. */
  readonly cpuSeconds: number
  /** How many it has answered, of all that have been in this place. */
  readonly requests: number
  /** null before the first report. */
  readonly residentBytes: number | null
  /** The revision that it serves; null where it has nothing. */
  revisionOf(environment: string): string | null
}
