/** The configurations that an environment has served lately, and the wait for one that it has not. */
import type { Environment } from '../../environments/environment.js'
import { configurationTag } from './configuration-tag.js'

export interface Configurations {
  /**
   * Calls back once: at once where the configuration is or was served, else when it is swapped in, after `waitMs` at the latest.
   */
  whenServed(tag: string, waitMs: number, done: () => void): void
  close(): void
}

const maxRemembered = 100
/** Beyond that nobody waits: requests must not pile up. */
const maxWaiting = 10_000

export function createConfigurations(environment: Environment): Configurations {
  const remembered = new Set<string>()
  const waiting = new Map<string, Set<() => void>>()
  let waitingCount = 0

  const remember = (tag: string): void => {
    remembered.delete(tag)
    remembered.add(tag)
    const [oldest] = remembered
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
  }
  if (environment.served !== null) remember(configurationTag(environment.served))
  const leave = environment.onChange((served) => {
    const tag = configurationTag(served)
    remember(tag)
    for (const proceed of waiting.get(tag) ?? []) proceed()
  })

  return {
    whenServed(tag, waitMs, done) {
      if (waitMs === 0 || waitingCount >= maxWaiting || remembered.has(tag)) return done()
      const group = waiting.get(tag) ?? new Set()
      waiting.set(tag, group)
      const proceed = (): void => {
        clearTimeout(timer)
        group.delete(proceed)
        if (group.size === 0) waiting.delete(tag)
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
