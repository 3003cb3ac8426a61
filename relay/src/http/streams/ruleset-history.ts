/** The latest changes of a ruleset as patches, each serialised once, for clients that have an earlier revision. */
import { diff, type SealedRuleset } from '@switchyard/engine'
import { streamEvent, type StreamEvent } from './stream-event.js'

export interface RulesetHistory {
  /** Adds the change from one revision to the next. */
  add(change: RulesetChange): void
  /**
   * The next patch on the way from a revision to the newest one; null where the way is not known, or longer than `maxBytes`.
   */
  next(revision: string, maxBytes: number): Step | null
}

export interface RulesetChange {
  readonly before: SealedRuleset
  readonly after: SealedRuleset
  /** Where a client is afterwards. */
  readonly id: string
}

export interface Step {
  readonly event: StreamEvent
  /** The revision that it leads to. */
  readonly to: string
}

interface Entry extends Step {
  readonly from: string
}

const maxEntries = 100
/** Of all entries together. */
const maxHistoryBytes = 16 * 2 ** 20

export function createRulesetHistory(): RulesetHistory {
  let entries: readonly Entry[] = []
  return {
    add({ before, after, id }) {
      const patch = diff(before, after)
      if (patch === null) return
      const event = streamEvent({ name: 'patch', id, data: JSON.stringify(patch) })
      const isUnbroken = entries.length === 0 || entries.at(-1)?.to === before.revision
      const all = [...(isUnbroken ? entries : []), { event, from: before.revision, to: after.revision }]
      entries = newest(all.slice(-maxEntries), maxHistoryBytes)
    },
    next(revision, maxBytes) {
      // The last one: a revision may come back, and the way from then on is the shorter one.
      const start = entries.findLastIndex(({ from }) => from === revision)
      const entry = entries[start]
      if (entry === undefined || bytesOf(entries.slice(start)) > maxBytes) return null
      return entry
    },
  }
}

/** The end of the list that fits. */
function newest(entries: readonly Entry[], maxBytes: number): readonly Entry[] {
  let start = entries.length
  let left = maxBytes
  while (start > 0) {
    left -= (entries[start - 1] as Entry).event.bytes.length
    if (left < 0) break
    start -= 1
  }
  return entries.slice(start)
}

function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { event }) => sum + event.bytes.length, 0)
}
