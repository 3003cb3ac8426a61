/** Which parts cannot be trusted because of what they depend on. */
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledSegment } from './compiled-segment.js'
import type { References } from './references.js'

const maxChain = 64

/**
 * Segments that are malformed or reach a malformed segment through others.
 *
 * @returns by id, whether what spoils the segment may be known to a later version
 */
export function spoiledBy(segments: ReadonlyMap<string, CompiledSegment>): Map<string, boolean> {
  const spoiled = new Map<string, boolean>()
  for (const [id, segment] of segments) if (segment.isSpoiled) spoiled.set(id, segment.isUnsupported)
  for (let grew = spoiled.size > 0; grew;) {
    grew = false
    for (const [id, { references }] of segments) {
      const culprit = spoiled.has(id) ? undefined : [...references.segments].find((other) => spoiled.has(other))
      if (culprit === undefined) continue
      spoiled.set(id, spoiled.get(culprit) === true)
      grew = true
    }
  }
  return spoiled
}

/** Flags whose chain of flags and segments is longer than {@link maxChain}. Cycles must be gone already. */
export function chainsTooLong(
  flags: ReadonlyMap<string, CompiledFlag>,
  segments: ReadonlyMap<string, CompiledSegment>,
): Set<string> {
  const lengths = new Map<string, number>()
  const tooLong = new Set<string>()
  const referencesOf = (node: string): References | undefined =>
    node.startsWith('flag ') ? flags.get(node.slice(5))?.references : segments.get(node.slice(8))?.references
  const lengthOf = (node: string, depth: number): number => {
    const known = lengths.get(node)
    if (known !== undefined) return known
    if (depth > maxChain) return 1
    const references = referencesOf(node)
    let longest = 0
    if (references !== undefined) {
      for (const key of references.flags) longest = Math.max(longest, lengthOf(`flag ${key}`, depth + 1))
      for (const id of references.segments) longest = Math.max(longest, lengthOf(`segment ${id}`, depth + 1))
    }
    lengths.set(node, longest + 1)
    return longest + 1
  }
  for (const key of flags.keys()) if (lengthOf(`flag ${key}`, 0) > maxChain) tooLong.add(key)
  return tooLong
}
