/** Limits of a part, checked without recursion before anything recursive looks at it. */

const maxNodes = 50_000
const maxDepth = 128
const maxOutcomes = 10_000

/** What exceeds a limit in this JSON value, or null. */
export function exceedsLimits(value: unknown): string | null {
  let level: unknown[] = [value]
  let nodes = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return `nested deeper than ${maxDepth}`
    nodes += level.length
    if (nodes > maxNodes) return `more than ${maxNodes} nodes`
    level = level.flatMap(children)
  }
  return null
}

/** The same for a flag: the values of outcomes may be large, but not deep. */
export function flagExceedsLimits(flag: { outcomes?: unknown; decide?: unknown }): string | null {
  if (!Array.isArray(flag.outcomes)) return 'no list of outcomes'
  if (flag.outcomes.length > maxOutcomes) return `more than ${maxOutcomes} outcomes`
  for (const outcome of flag.outcomes)
    if (isDeeperThan(outcome, maxDepth)) return `an outcome nested deeper than ${maxDepth}`
  return exceedsLimits(flag.decide)
}

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true
    level = level.flatMap(children)
  }
  return false
}

function children(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}
