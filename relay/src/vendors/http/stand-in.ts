/** What does the work while something better cannot be had: polling in place of a stream. */

/** Work that can be started and stopped again. */
export interface StandIn {
  readonly isRunning: boolean
  start(): void
  stop(): void
  /** All that was started has ended. */
  readonly ended: Promise<void>
}

/**
 * Creates it at rest.
 *
 * @param signal ends it for good
 */
export function createStandIn(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): StandIn {
  let running: AbortController | null = null
  let ended: Promise<void> = Promise.resolve()
  return {
    get isRunning() {
      return running !== null
    },
    start() {
      if (running !== null) return
      running = new AbortController()
      ended = Promise.all([ended, work(AbortSignal.any([signal, running.signal]))]).then(() => undefined)
    },
    stop() {
      running?.abort()
      running = null
    },
    get ended() {
      return ended
    },
  }
}
