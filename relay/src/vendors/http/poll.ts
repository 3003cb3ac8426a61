/**
 * The loop of every polling source: one attempt at a time, an even pace while it works, full jitter and growing pauses while
 * it does not, back to the even pace at the first success.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { RelayError } from '../../relay-error.js'
import { underFirstOf } from '../first-signal.js'

export interface PollOptions {
  readonly intervalMs: number
  /** One look at the upstream. Rejects with a RelayError when it failed. */
  readonly attempt: (signal: AbortSignal) => Promise<void>
  readonly failed: (error: RelayError) => void
  /** `0 <= random() < 1` */
  readonly random: () => number
}

export interface Poller {
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
  /** Looks again at once, or right after the look that is under way. */
  wake(): void
}

const firstBackoffMs = 500
const longestBackoffMs = 60_000
/** Replicas that started together drift apart. */
const jitterShare = 0.1

export function createPoller({ intervalMs, attempt, failed, random }: PollOptions): Poller {
  let awake = new AbortController()
  let isWanted = false

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (isWanted) return
    const sleep = (until: AbortSignal): Promise<void> => delay(ms, undefined, { signal: until })
    await underFirstOf([signal, awake.signal], sleep).catch(() => undefined)
  }

  return {
    async run(signal) {
      let failures = 0
      while (!signal.aborted) {
        isWanted = false
        awake = new AbortController()
        try {
          await attempt(signal)
          failures = 0
          await pause(intervalMs * (1 - jitterShare * random()), signal)
        } catch (error) {
          if (signal.aborted) return
          const failure =
            error instanceof RelayError
              ? error
              : new RelayError('UPSTREAM_MALFORMED', String(error), { retryable: true, cause: error })
          failed(failure)
          failures += 1
          await pause(Math.max(failure.retryAfterMs ?? 0, backoffMs(failures, intervalMs, random)), signal)
        }
      }
    },
    wake() {
      isWanted = true
      awake.abort()
    },
  }
}

/**
 * Full jitter over a window that doubles: up to three intervals or ten seconds, whichever is longer, so that an upstream that is
 * back is found soon; past a minute only where the interval itself is longer.
 */
function backoffMs(failures: number, intervalMs: number, random: () => number): number {
  const longest = Math.max(intervalMs, Math.min(longestBackoffMs, Math.max(10_000, intervalMs * 3)))
  return Math.min(longest, firstBackoffMs * 2 ** Math.min(failures, 16)) * random()
}
