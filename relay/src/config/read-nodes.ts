/** Turns a parsed YAML document into plain values and remembers where each of them stands. */
import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type YAMLMap } from 'yaml'
import type { Path, Problem } from './problem.js'
import { pathText } from './problem.js'
import type { Origin, ParsedFile } from './written.js'

/** Aliases can make a short text endless. */
const deepest = 64
const mostValues = 100_000

/**
 * @param whole where the document itself is
 * @param originAt where a character is, by its offset
 */
export function readNodes(document: Document, whole: Origin, originAt: (offset: number) => Origin): ParsedFile {
  const origins = new Map([['', whole]])
  const reader: Reader = { document, originAt, origins, problems: [], valuesLeft: mostValues }
  const value = read(reader, document.contents, []) ?? {}
  if (reader.valuesLeft < 0) {
    report(reader, [], {
      what: 'is too large',
      expected: `at most ${mostValues} values, aliases counted`,
      received: 'more',
    })
  }
  return { written: { value, origins }, problems: reader.problems }
}

interface Reader {
  readonly document: Document
  readonly originAt: (offset: number) => Origin
  readonly origins: Map<string, Origin>
  readonly problems: Problem[]
  valuesLeft: number
}

function read(reader: Reader, node: unknown, path: Path): unknown {
  reader.valuesLeft -= 1
  if (reader.valuesLeft < 0) return null
  if (path.length > deepest) {
    report(reader, path, { what: 'is nested too deeply', expected: `at most ${deepest} levels`, received: 'more' })
    return null
  }
  if (isAlias(node)) return readAlias(reader, node.resolve(reader.document), path)
  if (isMap(node)) return readMapping(reader, node, path)
  if (!isSeq(node)) return isScalar(node) ? node.value : null
  return node.items.map((item, index) => {
    locate(reader, [...path, index], item)
    return read(reader, item, [...path, index])
  })
}

function readAlias(reader: Reader, target: unknown, path: Path): unknown {
  if (target) return read(reader, target, path)
  report(reader, path, {
    what: 'is an alias without its anchor',
    expected: 'an anchor before the alias',
    received: 'none',
  })
  return null
}

function readMapping(reader: Reader, { items }: YAMLMap, path: Path): unknown {
  const entries = new Map<string, unknown>()
  for (const { key, value } of items) {
    // Everything that walks objects would have to take care of `__proto__`, and no setting is called so.
    const name = isScalar(key) && key.value !== '__proto__' ? String(key.value) : undefined
    if (name === undefined) {
      report(
        reader,
        path,
        { what: 'has a key that is no name', expected: 'names as keys', received: 'something else' },
        key,
      )
    } else if (entries.has(name)) {
      reportDuplicate(reader, [...path, name], key)
    } else {
      locate(reader, [...path, name], key)
      entries.set(name, read(reader, value, [...path, name]))
    }
  }
  return Object.fromEntries(entries)
}

function locate(reader: Reader, path: Path, node: unknown): void {
  if (isNode(node) && node.range) reader.origins.set(pathText(path), reader.originAt(node.range[0]))
}

function reportDuplicate(reader: Reader, path: Path, key: unknown): void {
  const first = reader.origins.get(pathText(path))
  const what = `is written twice, first in line ${first?.line ?? 0}; remove one of them`
  report(reader, path, { what, expected: 'each key once', received: 'the key again' }, key)
}

interface Finding {
  /** Goes on after the path. */
  readonly what: string
  readonly expected: string
  readonly received: string
}

/** @param node where it is; where `path` is, when absent */
function report(reader: Reader, path: Path, { what, ...rest }: Finding, node?: unknown): void {
  const { origins, originAt } = reader
  const text = pathText(path)
  const origin = isNode(node) && node.range ? originAt(node.range[0]) : (origins.get(text) ?? { source: 'file' })
  reader.problems.push({ path: text, ...rest, message: `${text || 'The file'} ${what}.`, ...origin })
}
