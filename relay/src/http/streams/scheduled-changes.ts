/** Flags that read the clock change without a new revision. Where the hour is known, it is told. */
import type { Snapshot } from '@switchyard/engine'
import type { Served } from '../../environments/environment.js'

export interface ScheduledChanges {
  /** From now on the changes of this revision count, and no longer those of the one before. */
  follow(served: Served): void
  close(): void
}

/** Timers take no longer delays than this. */
const longestTimerMs = 2 ** 31 - 1

/**
 * @param now epoch milliseconds
 * @param changed called when a flag's hour has come
 */
export function createScheduledChanges(now: () => number, changed: (served: Served) => void): ScheduledChanges {
  let timer: NodeJS.Timeout | undefined

  function wait(served: Served, atMs: number): void {
    clearTimeout(timer)
    if (atMs === Infinity) return
    timer = setTimeout(
      () => {
        if (now() < atMs) return wait(served, atMs)
        changed(served)
        wait(served, nextChange(served.snapshot, now))
      },
      Math.min(longestTimerMs, Math.max(1, atMs - now())),
    )
  }

  return {
    follow: (served) => wait(served, nextChange(served.snapshot, now)),
    close: () => clearTimeout(timer),
  }
}

/** The next hour of any flag, epoch milliseconds; flags that may change at any time have none. */
function nextChange(snapshot: Snapshot, now: () => number): number {
  if (!snapshot.reads().clock) return Infinity
  const nowMs = now()
  const hours = snapshot.flagKeys.map((flagKey) => snapshot.validUntil(nowMs, flagKey))
  return hours.reduce((first, hour) => (hour > nowMs && hour < first ? hour : first), Infinity)
}
