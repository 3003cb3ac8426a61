/** `{"$ref": "name"}` in a rule is replaced by the evaluator of that name, as are those inside it. */
import type { DiagnosticCode } from '../../ruleset/diagnostic.js'
import { fromEntries, isRecord } from '../../ruleset/json.js'
import type { Json, JsonObject } from '../../ruleset/types.js'

export type Inlined = { readonly ok: true; readonly rule: Json } | Problem

export interface Problem {
  readonly ok: false
  readonly code: DiagnosticCode
  readonly message: string
}

/** Replaces the references of one document's rules. */
export interface Inliner {
  /**
   * The rule without references. Not ok where a name does not exist or leads back to itself, or where the rule is larger than
   * 50,000 nodes or nested deeper than 128.
   */
  inline(rule: Json): Inlined
}

const maxDepth = 128
const maxNodes = 50_000
/** What references may add to all rules of a document together: evaluators that double each other must not fill the memory. */
const maxReferencedNodes = 1_000_000

/** A part of a rule without references. */
interface Part {
  readonly ok: true
  readonly rule: Json
  readonly nodes: number
  readonly height: number
}

interface Inlining {
  readonly evaluators: JsonObject
  readonly finished: Map<string, Part>
  /** Names that are being looked into: meeting one again is a cycle. */
  readonly open: Set<string>
  nodesLeft: number
}

export function createInliner(evaluators: JsonObject): Inliner {
  const inlining: Inlining = { evaluators, finished: new Map(), open: new Set(), nodesLeft: maxReferencedNodes }
  return { inline: (rule) => partOf(rule, 0, inlining) }
}

/** @param depth counts references too, so that the recursion is bounded whatever they form */
function partOf(rule: Json, depth: number, inlining: Inlining): Part | Problem {
  if (depth > maxDepth) return tooDeep
  if (typeof rule !== 'object' || rule === null) return { ok: true, rule, nodes: 1, height: 1 }
  const name = referenceOf(rule)
  if (name !== null) return referencedPart(name, depth, inlining)
  const children: Json[] = []
  let nodes = 1
  let height = 0
  for (const child of Object.values<Json>(rule)) {
    const part = partOf(child, depth + 1, inlining)
    if (!part.ok) return part
    nodes += part.nodes
    if (nodes > maxNodes) return tooLarge
    height = Math.max(height, part.height)
    children.push(part.rule)
  }
  return { ok: true, rule: withChildren(rule, children), nodes, height: height + 1 }
}

function referencedPart(name: string, depth: number, inlining: Inlining): Part | Problem {
  const part = inlining.finished.get(name) ?? evaluatorPart(name, depth, inlining)
  if (!part.ok) return part
  if (depth + part.height > maxDepth) return tooDeep
  inlining.nodesLeft -= part.nodes
  return inlining.nodesLeft < 0 ? tooMany : part
}

function evaluatorPart(name: string, depth: number, inlining: Inlining): Part | Problem {
  const { evaluators, finished, open } = inlining
  if (!Object.hasOwn(evaluators, name))
    return problem('UNKNOWN_REFERENCE', `$evaluators has no ${JSON.stringify(name)}`)
  if (open.has(name)) return problem('CYCLE', `the evaluator ${JSON.stringify(name)} refers to itself`)
  open.add(name)
  const part = partOf(evaluators[name] as Json, depth + 1, inlining)
  open.delete(name)
  if (part.ok) finished.set(name, part)
  return part
}

function problem(code: DiagnosticCode, message: string): Problem {
  return { ok: false, code, message }
}

const tooDeep = problem('LIMIT', `the rule is nested deeper than ${maxDepth}`)
const tooLarge = problem('LIMIT', `the rule has more than ${maxNodes} nodes`)
const tooMany = problem('LIMIT', `references add more than ${maxReferencedNodes} nodes to the document`)

/** Only an object with nothing else in it is a reference. */
function referenceOf(rule: object): string | null {
  if (!isRecord(rule) || !Object.hasOwn(rule, '$ref') || Object.keys(rule).length !== 1) return null
  return typeof rule['$ref'] === 'string' ? rule['$ref'] : null
}

/** The rule itself where nothing in it was replaced. */
function withChildren(rule: readonly Json[] | JsonObject, children: readonly Json[]): Json {
  const isSame = Object.values<Json>(rule).every((child, position) => child === children[position])
  if (isSame) return rule
  if (!isRecord(rule)) return children
  return fromEntries(Object.keys(rule).map((key, position) => [key, children[position] as Json]))
}
