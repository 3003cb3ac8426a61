import type { Changes } from '../ruleset/types.js'

/**
 * Until when an answer given at `nowMs` stays true (rule K2): now inside a window, else the next instant, else Infinity.
 *
 * @returns epoch milliseconds
 */
export function validUntil(changes: Changes, nowMs: number): number {
  if (typeof changes === 'string') return nowMs
  let next = Infinity
  for (const change of changes) {
    const [from, to] = typeof change === 'number' ? [change, change] : change
    if (from <= nowMs && nowMs < to) return nowMs
    if (from > nowMs && from < next) next = from
  }
  return next
}
