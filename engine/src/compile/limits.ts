/** Limits of a part, checked before anything that recurses without one looks at it. */

const maxNodes = 50_000
const maxDepth = 128
const maxOutcomes = 10_000

/** What exceeds a limit in this JSON value, or null. */
export function exceedsLimits(value: unknown): string | null {
  return excessOf(value, maxNodes)
}

/** The same for a flag: the values of outcomes may be large, but not deep. */
export function flagExceedsLimits(flag: { outcomes?: unknown; decide?: unknown }): string | null {
  if (!Array.isArray(flag.outcomes)) return 'no list of outcomes'
  if (flag.outcomes.length > maxOutcomes) return `more than ${maxOutcomes} outcomes`
  for (const outcome of flag.outcomes) {
    const excess = excessOf(outcome, Number.POSITIVE_INFINITY)
    if (excess !== null) return `an outcome ${excess}`
  }
  return exceedsLimits(flag.decide)
}

function excessOf(value: unknown, nodes: number): string | null {
  nodesLeft = nodes
  const depth = visit(value, 0)
  if (depth > maxDepth) return `nested deeper than ${maxDepth}`
  return nodesLeft < 0 ? `more than ${nodes} nodes` : null
}

/** How many more nodes may be visited. */
let nodesLeft = 0

/** Visits nodes until a limit is exceeded; never recurses deeper than `maxDepth + 1`. Returns the depth of the deepest one. */
function visit(value: unknown, depth: number): number {
  nodesLeft -= 1
  if (typeof value !== 'object' || value === null || depth > maxDepth || nodesLeft < 0) return depth
  let deepest = depth
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    deepest = Math.max(deepest, visit(child, depth + 1))
    if (deepest > maxDepth || nodesLeft < 0) break
  }
  return deepest
}
