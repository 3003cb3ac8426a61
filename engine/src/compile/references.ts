/** What one flag or segment looks at, and which other parts it reaches: collected while its expressions are compiled. */
import type { Reads } from '../ruleset/dialect.js'

export interface References {
  readonly attributes: Set<string>
  key: boolean
  whole: boolean
  clock: boolean
  random: boolean
  readonly segments: Set<string>
  readonly flags: Set<string>
  readonly lists: Set<string>
}

export function noReferences(): References {
  return {
    attributes: new Set(),
    key: false,
    whole: false,
    clock: false,
    random: false,
    segments: new Set(),
    flags: new Set(),
    lists: new Set(),
  }
}

export function addReads(into: References, reads: Partial<Reads>): void {
  for (const name of reads.attributes ?? []) into.attributes.add(name)
  into.key ||= reads.key === true
  into.whole ||= reads.whole === true
  into.clock ||= reads.clock === true
  into.random ||= reads.random === true
}

export function toReads(references: References): Reads {
  const { attributes, key, whole, clock, random } = references
  return { attributes: [...attributes].sort(), key, whole, clock, random }
}

/**
 * Strongly connected components of a graph, for finding cycles (Tarjan's algorithm, iterative: chains may be long).
 *
 * @param edges for every node the nodes it reaches; nodes that are only reached need no entry
 * @returns the nodes that stand on a cycle, self-references included
 */
export function nodesOnCycles(edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const onCycle = new Set<string>()
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()

  for (const root of edges.keys()) {
    if (order.has(root)) continue
    const path: { node: string; next: number }[] = []
    const enter = (node: string): void => {
      order.set(node, order.size)
      low.set(node, order.get(node) as number)
      open.push(node)
      isOpen.add(node)
      path.push({ node, next: 0 })
    }
    enter(root)
    while (path.length > 0) {
      const step = path[path.length - 1] as { node: string; next: number }
      const target = (edges.get(step.node) ?? [])[step.next]
      if (target !== undefined) {
        step.next += 1
        if (target === step.node) onCycle.add(target)
        if (!order.has(target)) enter(target)
        else if (isOpen.has(target)) lower(low, step.node, order.get(target) as number)
        continue
      }
      path.pop()
      const parent = path[path.length - 1]
      if (parent !== undefined) lower(low, parent.node, low.get(step.node) as number)
      if (low.get(step.node) === order.get(step.node)) closeComponent(step.node, open, isOpen, onCycle)
    }
  }
  return onCycle
}

function lower(low: Map<string, number>, node: string, candidate: number): void {
  if (candidate < (low.get(node) as number)) low.set(node, candidate)
}

function closeComponent(root: string, open: string[], isOpen: Set<string>, onCycle: Set<string>): void {
  const members = open.splice(open.lastIndexOf(root))
  for (const member of members) {
    isOpen.delete(member)
    if (members.length > 1) onCycle.add(member)
  }
}
