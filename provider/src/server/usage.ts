/** What an in-process provider counts, and how the relay hears of it. */
import type { Settings } from './options.js'
import type { ClosableTransport } from './transport.js'
import { createUsageCounts, type UsageCounts } from './usage-counts.js'
import { UsageReporter } from './usage-reporter.js'

export interface Usage {
  readonly counts: UsageCounts
  readonly reporter: UsageReporter
}

/** Counts of nothing yet, and their reporter, not started; null where the application does not want to be counted. */
export function createUsage(settings: Settings, { send }: ClosableTransport): Usage | null {
  const { baseUrl, headers, usageIntervalMs: intervalMs } = settings
  if (intervalMs === null) return null
  const counts = createUsageCounts()
  const chance = { random: Math.random, newName: () => crypto.randomUUID() }
  return {
    counts,
    reporter: new UsageReporter({ baseUrl, headers, send, counts, intervalMs, now: Date.now, ...chance }),
  }
}
