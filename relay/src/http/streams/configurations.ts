/** The configurations that an environment has served lately, and the wait for one that it has not. */
import type { Environment } from '../../environments/environment.js'
import { configurationTag } from './configuration-tag.js'

export interface Configurations {
  /** Whether the configuration is or was served, by its tag. */
  knows(tag: string): boolean
  /** Calls back once: at once where it is true, else after the swap that makes it true, after `waitMs` at the latest. */
  whenTrue(isTrue: () => boolean, waitMs: number, done: () => void): void
  close(): void
}

const maxRemembered = 100
/** Beyond that nobody waits: requests must not pile up. */
const maxWaiting = 10_000

export function createConfigurations(environment: Environment): Configurations {
  const remembered = new Set<string>()
  const waiting = new Map<() => void, () => boolean>()

  const remember = (tag: string): void => {
    remembered.delete(tag)
    remembered.add(tag)
    const [oldest] = remembered
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
  }
  if (environment.served !== null) remember(configurationTag(environment.served))
  const leave = environment.onChange((served) => {
    remember(configurationTag(served))
    for (const [proceed, isTrue] of waiting) if (isTrue()) proceed()
  })

  return {
    knows: (tag) => remembered.has(tag),
    whenTrue(isTrue, waitMs, done) {
      if (waitMs === 0 || waiting.size >= maxWaiting || isTrue()) return done()
      const proceed = (): void => {
        clearTimeout(timer)
        waiting.delete(proceed)
        done()
      }
      const timer = setTimeout(proceed, waitMs)
      waiting.set(proceed, isTrue)
    },
    close() {
      leave()
      for (const proceed of waiting.keys()) proceed()
    },
  }
}
