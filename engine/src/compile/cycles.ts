/**
 * The nodes of a graph that stand on a cycle, self-references included: strongly connected components by Tarjan's algorithm,
 * iterative because chains may be long.
 *
 * @param edges for every node the nodes it reaches; nodes that are only reached need no entry
 */
export function nodesOnCycles(edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const search = new Search(edges)
  for (const root of edges.keys()) search.from(root)
  return search.onCycle
}

class Search {
  readonly onCycle: Set<string> = new Set()
  readonly #edges: ReadonlyMap<string, readonly string[]>
  /** When a node was first met, and the earliest node it can get back to. */
  readonly #order = new Map<string, number>()
  readonly #earliest = new Map<string, number>()
  /** Nodes whose component is not complete yet, in the order they were met. */
  readonly #open: string[] = []
  readonly #isOpen = new Set<string>()
  readonly #path: { readonly node: string; next: number }[] = []

  constructor(edges: ReadonlyMap<string, readonly string[]>) {
    this.#edges = edges
  }

  from(root: string): void {
    if (this.#order.has(root)) return
    this.#enter(root)
    for (let step = this.#path.at(-1); step !== undefined; step = this.#path.at(-1)) {
      const target = this.#edges.get(step.node)?.[step.next]
      step.next += 1
      if (target === undefined) this.#leave(step.node)
      else this.#follow(step.node, target)
    }
  }

  #enter(node: string): void {
    this.#order.set(node, this.#order.size)
    this.#earliest.set(node, this.#order.size - 1)
    this.#open.push(node)
    this.#isOpen.add(node)
    this.#path.push({ node, next: 0 })
  }

  #follow(node: string, target: string): void {
    if (target === node) this.onCycle.add(node)
    const order = this.#order.get(target)
    if (order === undefined) this.#enter(target)
    else if (this.#isOpen.has(target)) this.#canReach(node, order)
  }

  #canReach(node: string, order: number): void {
    this.#earliest.set(node, Math.min(order, this.#earliest.get(node) ?? order))
  }

  #leave(node: string): void {
    this.#path.pop()
    const earliest = this.#earliest.get(node) ?? 0
    const parent = this.#path.at(-1)
    if (parent !== undefined) this.#canReach(parent.node, earliest)
    if (earliest !== this.#order.get(node)) return
    const component = this.#open.splice(this.#open.lastIndexOf(node))
    for (const member of component) {
      this.#isOpen.delete(member)
      if (component.length > 1) this.onCycle.add(member)
    }
  }
}
