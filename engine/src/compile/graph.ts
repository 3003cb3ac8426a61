/** The parts of a ruleset as a graph: nodes are `flag <key>`, `segment <id>` and `list <id>`, edges lead to what is reached. */
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledSegment } from './compiled-segment.js'
import type { References } from './references.js'

export type Edges = ReadonlyMap<string, readonly string[]>

/** What every flag and every segment reaches. */
export function edgesOf(
  flags: ReadonlyMap<string, CompiledFlag>,
  segments: ReadonlyMap<string, CompiledSegment>,
): Map<string, readonly string[]> {
  const edges = new Map<string, readonly string[]>()
  for (const [key, { references }] of flags) edges.set(`flag ${key}`, nodesReached(references))
  for (const [id, { references }] of segments) edges.set(`segment ${id}`, nodesReached(references))
  return edges
}

function nodesReached({ flags, segments, lists }: References): string[] {
  return [
    ...Array.from(flags, (key) => `flag ${key}`),
    ...Array.from(segments, (id) => `segment ${id}`),
    ...Array.from(lists, (id) => `list ${id}`),
  ]
}

/** Hands the mark of every node on to those that reach it and have none, in one pass over the graph. */
export function spread<Mark>(marks: Map<string, Mark>, edges: Edges): void {
  const readers = new Map<string, string[]>()
  for (const [node, reached] of edges) {
    for (const other of reached) {
      const known = readers.get(other)
      if (known === undefined) readers.set(other, [node])
      else known.push(node)
    }
  }
  for (const [node, mark] of marks) {
    // A map goes on with what is added meanwhile.
    for (const reader of readers.get(node) ?? []) if (!marks.has(reader)) marks.set(reader, mark)
  }
}

/**
 * How many nodes the longest chain from each node has, itself included. The graph has no cycles; it may be deep, so nothing
 * here recurses.
 */
export function chainLengths(edges: Edges): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>()
  for (const root of edges.keys()) {
    const open = [root]
    for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
      const reached = lengths.has(node) ? [] : (edges.get(node) ?? [])
      const waiting = reached.filter((other) => edges.has(other) && !lengths.has(other))
      for (const other of waiting) open.push(other)
      if (waiting.length > 0) continue
      open.pop()
      if (lengths.has(node)) continue
      lengths.set(node, 1 + reached.reduce((longest, other) => Math.max(longest, lengths.get(other) ?? 0), 0))
    }
  }
  return lengths
}
