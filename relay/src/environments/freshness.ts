/** How far the data of an environment can be trusted to be what the upstream has, and the clock that runs while it cannot. */
import type { RelayErrorCode } from '../relay-error.js'
import type { EnvironmentState } from './environment.js'

/** Both count from the moment the upstream was last heard of. */
export interface FreshnessThresholds {
  /** Until then a failure is overlooked; 0: none is. */
  readonly staleAfterMs: number
  readonly disconnectedAfterMs: number
}

export const defaultThresholds: FreshnessThresholds = { staleAfterMs: 0, disconnectedAfterMs: 60_000 }

/**
 * Follows what is heard of an upstream. `stale`: the last look failed. `disconnected`: every look has failed for long. `degraded`: the
 * upstream answers, but what it has is not what is served. Timers tell when a state is due, so a clock that is set changes nothing.
 */
export class Freshness {
  #thresholds: FreshnessThresholds
  readonly #enter: (state: EnvironmentState) => void
  #hasData = false
  /** Whether the upstream has, as far as is known, what is served. */
  #isFit = true
  #isLost: 'no' | 'overlooked' | 'stale' | 'long' = 'no'
  #timers: NodeJS.Timeout[] = []

  /** @param enter called with the state after each event, the same one again included */
  constructor(thresholds: FreshnessThresholds, enter: (state: EnvironmentState) => void) {
    this.#thresholds = thresholds
    this.#enter = enter
  }

  /** There is data now, from wherever. */
  hasData(): void {
    this.#hasData = true
  }

  /** @param isFit whether what it has is what is served */
  answered(isFit: boolean): void {
    this.#isFit = isFit
    this.#stop()
    this.#isLost = 'no'
    this.#tell()
  }

  /** Nothing was heard, or nothing yet. */
  failed(): void {
    if (this.#isLost === 'no') this.#lose(this.#thresholds.staleAfterMs)
    this.#tell()
  }

  /** What is served comes from before the start: nobody knows what the upstream has. */
  unconfirmed(): void {
    this.#stop()
    this.#lose(0)
    this.#tell()
  }

  /** Other thresholds, for what fails from now on. */
  adjust(thresholds: FreshnessThresholds): void {
    this.#thresholds = thresholds
  }

  /** Another upstream has the word: what was heard of the one before says nothing of it. The state stays until it is heard of. */
  forget(): void {
    this.#stop()
    this.#isFit = true
    this.#isLost = 'no'
  }

  /** Ends the timers. */
  close(): void {
    this.#stop()
  }

  #lose(staleAfterMs: number): void {
    this.#isLost = staleAfterMs === 0 ? 'stale' : 'overlooked'
    if (staleAfterMs > 0) this.#after(staleAfterMs, 'stale')
    this.#after(this.#thresholds.disconnectedAfterMs, 'long')
  }

  #after(ms: number, isLost: 'stale' | 'long'): void {
    const timer = setTimeout(() => {
      if (this.#isLost !== 'long') this.#isLost = isLost
      this.#tell()
    }, ms)
    timer.unref()
    this.#timers.push(timer)
  }

  #stop(): void {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer)
  }

  #tell(): void {
    this.#enter(this.#state())
  }

  #state(): EnvironmentState {
    if (!this.#hasData) return 'waiting'
    if (this.#isLost === 'long') return 'disconnected'
    if (this.#isLost === 'stale') return 'stale'
    return this.#isFit ? 'fresh' : 'degraded'
  }
}

const forSomebody: ReadonlySet<RelayErrorCode> = new Set([
  'DOCUMENT_INVALID',
  'SIGNATURE_INVALID',
  'UPSTREAM_UNAUTHORIZED',
  'UPSTREAM_NOT_FOUND',
  'UPSTREAM_TOO_LARGE',
  'FILE_MALFORMED',
])

/** Whether the upstream answers, and somebody has to do something about what it answers. */
export function isForSomebody(code: RelayErrorCode): boolean {
  return forSomebody.has(code)
}
