/** Runs JSONPath queries over a tree of JSON, lazily, as far as the first match. */
import type { Json, JsonObject } from '../../ruleset/types.js'
import type { Selector, Step } from './json-path-parser.js'

/** A query that finds nothing within this many nodes finds nothing: the work of one condition stays bounded. */
const maxNodes = 10_000
const maxDepth = 100

/** The first match, or undefined where there is none or the tree is too large to tell. */
export function firstMatch(root: Json, steps: readonly Step[]): Json | undefined {
  const budget = { nodes: maxNodes }
  let nodes: Iterable<Json> = [root]
  for (const step of steps) nodes = follow(nodes, step, budget)
  for (const node of nodes) return budget.nodes < 0 ? undefined : node
  return undefined
}

interface Budget {
  nodes: number
}

function* follow(nodes: Iterable<Json>, { descends, selectors }: Step, budget: Budget): Generator<Json> {
  for (const node of nodes) {
    for (const start of descends ? withDescendants(node, 1, budget) : [node]) {
      for (const selector of selectors) yield* select(start, selector)
      budget.nodes -= 1
      if (budget.nodes < 0) return
    }
  }
}

/** A node and everything below it, parents first. */
function* withDescendants(node: Json, depth: number, budget: Budget): Generator<Json> {
  if (depth > maxDepth) {
    budget.nodes = -1
    return
  }
  yield node
  for (const child of children(node)) {
    if (budget.nodes < 0) return
    if (typeof child === 'object' && child !== null) yield* withDescendants(child, depth + 1, budget)
  }
}

function children(node: Json): readonly Json[] {
  return typeof node === 'object' && node !== null ? Object.values(node) : []
}

function* select(node: Json, selector: Selector): Generator<Json> {
  if (typeof node !== 'object' || node === null) return
  if (selector === 'wildcard') {
    yield* children(node)
  } else if ('name' in selector) {
    if (!Array.isArray(node) && Object.hasOwn(node, selector.name)) yield (node as JsonObject)[selector.name] as Json
  } else if (Array.isArray(node)) {
    const items = node as readonly Json[]
    if ('by' in selector) yield* slice(items, selector)
    else if (items.at(selector.index) !== undefined) yield items.at(selector.index) as Json
  }
}

/** The items of a slice `[from:to:by]`; a negative step goes backwards, negative bounds count from the end. */
function* slice(
  items: readonly Json[],
  { from, to, by }: { readonly from: number | null; readonly to: number | null; readonly by: number },
): Generator<Json> {
  const [first, last] = by < 0 ? [-1, items.length - 1] : [0, items.length]
  const bound = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + items.length : position, first), last)
  const start = from === null ? (by < 0 ? last : first) : bound(from)
  const end = to === null ? (by < 0 ? first : last) : bound(to)
  for (let position = start; by > 0 ? position < end : by < 0 && position > end; position += by) {
    yield items[position] as Json
  }
}
