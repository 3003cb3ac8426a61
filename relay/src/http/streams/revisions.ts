/** The revisions that an environment has served lately, and the wait for one that it has not. */
import type { Environment } from '../../environments/environment.js'

export interface Revisions {
  /**
   * Calls back once: at once where the revision is or was served, else when it is swapped in, after `waitMs` at the latest.
   */
  whenServed(revision: string, waitMs: number, done: () => void): void
  close(): void
}

const maxRemembered = 100
/** Beyond that nobody waits: requests must not pile up. */
const maxWaiting = 10_000

export function createRevisions(environment: Environment): Revisions {
  const remembered = new Set<string>()
  const waiting = new Map<string, Set<() => void>>()
  let waitingCount = 0

  const remember = (revision: string): void => {
    remembered.delete(revision)
    remembered.add(revision)
    const [oldest] = remembered
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
  }
  if (environment.served !== null) remember(environment.served.revision)
  const leave = environment.onChange(({ revision }) => {
    remember(revision)
    for (const proceed of waiting.get(revision) ?? []) proceed()
  })

  return {
    whenServed(revision, waitMs, done) {
      if (waitMs === 0 || waitingCount >= maxWaiting || remembered.has(revision)) return done()
      const group = waiting.get(revision) ?? new Set()
      waiting.set(revision, group)
      const proceed = (): void => {
        clearTimeout(timer)
        group.delete(proceed)
        if (group.size === 0) waiting.delete(revision)
        waitingCount -= 1
        done()
      }
      const timer = setTimeout(proceed, waitMs)
      group.add(proceed)
      waitingCount += 1
    },
    close() {
      leave()
      for (const group of waiting.values()) for (const proceed of group) proceed()
    },
  }
}
