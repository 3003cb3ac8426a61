/** Who may have something evaluated right now: a rate for each key, and nobody while the event loop is late (ADR 0019). */
import type { Access } from '../../environments/environment.js'
import type { RefusalCounts } from '../../telemetry/refusal-counts.js'
import type { EventLoopGate } from './event-loop-gate.js'
import { createTokenBuckets } from './token-buckets.js'

export interface OverloadSettings {
  /** Above it the event loop is late; 0: it may be as late as it is. */
  readonly maxEventLoopDelayMs: number
  /** Fresh evaluations a second with one key, in one process; 0: any number. */
  readonly ratePerKey: number
  /** How many of them a key that was quiet may ask for at once. */
  readonly burstPerKey: number
}

export interface OverloadOptions extends Pick<OverloadSettings, 'ratePerKey' | 'burstPerKey'> {
  readonly gate: Pick<EventLoopGate, 'isShut'>
  readonly refusals: Pick<RefusalCounts, 'count'>
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number
  /** `0 <= random() < 1` */
  readonly random: () => number
}

export interface Overload {
  /** Asks for one evaluation: null where it may be made. */
  ask(access: Access): EvaluationRefusal | null
}

export interface EvaluationRefusal {
  readonly status: 429 | 503
  readonly errorDetails: string
  /** Whole, at least 1. */
  readonly retryAfterSeconds: number
}

/** Who is refused comes back within so many seconds, not all at once. */
const spreadSeconds = 5

/** Creates what decides. It is asked for fresh evaluations only, and without a rate it costs two comparisons. */
export function createOverload(options: OverloadOptions): Overload {
  const { gate, ratePerKey, burstPerKey, refusals, monotonicMs, random } = options
  const buckets = createTokenBuckets<Access>({ perSecond: ratePerKey, burst: burstPerKey })
  return {
    ask(access) {
      if (gate.isShut) {
        refusals.count('overload')
        const errorDetails = 'the relay is overloaded: for now it gives only answers that it has made before'
        return { status: 503, errorDetails, retryAfterSeconds: 1 + Math.floor(random() * spreadSeconds) }
      }
      const waitMs = ratePerKey === 0 ? 0 : buckets.take(access, monotonicMs())
      if (waitMs === 0) return null
      refusals.count('rate')
      const errorDetails = 'too many evaluations with this key'
      return { status: 429, errorDetails, retryAfterSeconds: Math.ceil(waitMs / 1_000) }
    },
  }
}
