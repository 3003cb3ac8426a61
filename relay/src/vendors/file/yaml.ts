/** YAML 1.2 to plain JSON values. Loaded only when a YAML document is read. */
import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from 'yaml'
import type { DocumentProblem, ParsedDocument } from './parse.js'

/** Most values a document may have once every alias stands for what it repeats: a small text must not become a huge document. */
const maxValues = 1_000_000
const maxDepth = 200
/** Anchors and aliases together: the library goes through all of them for each alias. */
const maxReferences = 10_000

/** Parses one YAML document. Never throws. */
export function parseYaml(text: string): ParsedDocument {
  const lines = new LineCounter()
  try {
    // Its own check for keys that stand twice takes quadratic time.
    const yaml = parseDocument(text, {
      uniqueKeys: false,
      merge: true,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
    })
    const error = yaml.errors[0]
    if (error !== undefined) return refuse(lines, error.pos[0], yamlMessages.get(error.code) ?? error.message)
    const found = findProblem(yaml)
    if (found !== null) return refuse(lines, found.offset, found.message)
    const document = yaml.toJS({ maxAliasCount: -1 }) as unknown
    if (document === null) return { ok: false, problem: { message: 'the file is empty' } }
    return { ok: true, document, diagnostics: [] }
  } catch (error) {
    // Deeply nested text ends the parser's stack.
    return {
      ok: false,
      problem: { message: `the YAML cannot be read: ${error instanceof Error ? error.message : 'unknown'}` },
    }
  }
}

const yamlMessages: ReadonlyMap<string, string> = new Map([
  ['MULTIPLE_DOCS', 'the file holds more than one YAML document'],
  ['RESOURCE_EXHAUSTION', 'values are nested too deep'],
])

function refuse(lines: LineCounter, offset: number, message: string): { ok: false; problem: DocumentProblem } {
  const { line, col } = lines.linePos(offset)
  return { ok: false, problem: { message, line, column: col } }
}

interface YamlProblem {
  readonly offset: number
  readonly message: string
}

const tooManyReferences = `there are more than ${maxReferences} anchors and aliases`

function isReference(node: unknown): node is Node {
  return isAlias(node) || ((isScalar(node) || isCollection(node)) && node.anchor !== undefined)
}

/** Looks for what YAML allows and JSON does not, and for aliases that would make the document huge. */
function findProblem(yaml: Document): YamlProblem | null {
  /** By anchor, the number of values it stands for; `open` while the anchored value is still being read. */
  const anchors = new Map<string, number | 'open'>()
  let references = 0
  let problem: YamlProblem | null = null

  const fail = (node: Node, message: string): number => {
    problem ??= { offset: node.range?.[0] ?? 0, message }
    return 1
  }

  const count = (node: unknown, depth: number): number => {
    if (problem !== null) return 1
    if (isPair(node)) return count(node.key, depth) + count(node.value, depth)
    if (isReference(node) && (references += 1) > maxReferences) return fail(node, tooManyReferences)
    if (isAlias(node)) {
      const size = anchors.get(node.source)
      if (size === undefined) return fail(node, `no value before this one has the anchor &${node.source}`)
      return size === 'open' ? fail(node, `*${node.source} stands inside the value it repeats`) : size
    }
    if (isScalar(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, 1)
      const isEndless = typeof node.value === 'number' && !Number.isFinite(node.value)
      return isEndless ? fail(node, `${String(node.value)} is no JSON value`) : 1
    }
    if (!isCollection(node)) return 1
    if (depth > maxDepth) return fail(node, `values are nested more than ${maxDepth} deep`)
    if (isMap(node)) {
      const repeated = findRepeatedKey(node.items.map((pair) => pair.key))
      if (repeated !== null) return fail(repeated.key, repeated.message)
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, 'open')
    let size = 1
    for (const item of node.items) size += count(item, depth + 1)
    if (size > maxValues)
      return fail(node, `the document has more than ${maxValues} values, those repeated by aliases included`)
    if (node.anchor !== undefined) anchors.set(node.anchor, size)
    return size
  }

  count(yaml.contents, 0)
  return problem
}

/** The first key that is no plain value, or that stands a second time under the same name. */
function findRepeatedKey(keys: readonly unknown[]): { readonly key: Node; readonly message: string } | null {
  const names = new Set<string>()
  for (const key of keys) {
    if (isCollection(key)) return { key, message: 'a key must be a plain value' }
    if (!isScalar(key)) continue
    const name = String(key.value)
    if (names.has(name)) return { key, message: `the key ${JSON.stringify(name)} stands twice` }
    names.add(name)
  }
  return null
}
