/** Tells the log of keys that will soon open nothing any more, and of those that just stopped to. */
import type { Logger } from '../telemetry/logger.js'
import type { DirectoryEntry } from './directory.js'
import { placedKeys, type PlacedKey } from './key-reports.js'

export interface KeyDatesOptions {
  /** As they are now. */
  readonly entries: () => readonly DirectoryEntry[]
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Pick<Logger, 'warn'>
}

export interface KeyDatesWatch {
  /** Looks now; the watch itself looks once a minute. */
  look(): void
  close(): void
}

const dayMs = 24 * 60 * 60 * 1_000
const soonMs = 7 * dayMs
const lookIntervalMs = 60_000

/** Begins with a look. Each key is told once when its date is near, and once when it has passed; again where its date has changed. */
export function watchKeyDates({ entries, now, logger }: KeyDatesOptions): KeyDatesWatch {
  let told = new Set<string>()
  const look = (): void => {
    const nowMs = now()
    const found = new Set<string>()
    for (const { environment, ...keys } of entries()) {
      for (const { key, place } of placedKeys(keys)) {
        const state = stateOf(key, nowMs)
        const id = `${state} ${key.digest} ${key.validUntilMs}`
        if (state === 'good') continue
        found.add(id)
        if (told.has(id)) continue
        const fields = { environment: environment.name, setting: place, masked: key.masked, validUntil: textOf(key) }
        logger.warn(fields, state === 'expired' ? 'a key has expired' : 'a key expires soon')
      }
    }
    told = found
  }
  look()
  const timer = setInterval(look, lookIntervalMs).unref()
  return { look, close: () => clearInterval(timer) }
}

function stateOf({ validUntilMs }: PlacedKey['key'], nowMs: number): 'good' | 'soon' | 'expired' {
  if (validUntilMs === null || validUntilMs - nowMs > soonMs) return 'good'
  return validUntilMs <= nowMs ? 'expired' : 'soon'
}

function textOf({ validUntilMs }: PlacedKey['key']): string {
  return new Date(validUntilMs ?? 0).toISOString()
}
