/** Reads JSONPath queries (RFC 9535) without filters, with the names that the vendor's own reader allows. */

export type Selector =
  | { readonly name: string }
  | { readonly index: number }
  | { readonly from: number | null; readonly to: number | null; readonly by: number }
  | 'wildcard'

/** One segment of a query. */
export interface Step {
  /** Looks into everything below as well (`..`). */
  readonly descends: boolean
  readonly selectors: readonly Selector[]
}

export type ParsedPath = { readonly steps: readonly Step[] } | 'invalid' | 'filter'

/** Parses a query; `filter` is one with a `?` selector, which cannot be run here. */
export function parseJsonPath(query: string): ParsedPath {
  const reader = createReader(query)
  if (reader.take(/\$/y) === null) return 'invalid'
  const steps: Step[] = []
  while (!reader.atEnd()) {
    const step = readStep(reader)
    if (typeof step === 'string') return step
    steps.push(step)
  }
  return { steps }
}

/** The names of a query that walks from member to member, or null for any other. */
export function memberNames(steps: readonly Step[]): readonly string[] | null {
  const names: string[] = []
  for (const { descends, selectors } of steps) {
    const [selector] = selectors
    if (descends || selectors.length !== 1 || typeof selector !== 'object' || !('name' in selector)) return null
    names.push(selector.name)
  }
  return names
}

interface Reader {
  /** What the sticky pattern matches here, moving behind it; null where it does not match. */
  take(pattern: RegExp): string | null
  atEnd(): boolean
}

function createReader(text: string): Reader {
  let position = 0
  return {
    take(pattern) {
      pattern.lastIndex = position
      const matched = pattern.exec(text)?.[0]
      if (matched === undefined) return null
      position += matched.length
      return matched
    },
    atEnd: () => position === text.length,
  }
}

const blank = /[ \t\r\n]*/y
const memberName = /[A-Za-z_\u0080-\uffff][-A-Za-z0-9_\u0080-\uffff]*/uy

function readStep(reader: Reader): Step | 'invalid' | 'filter' {
  reader.take(blank)
  const dots = reader.take(/\.\.?/y)
  const descends = dots === '..'
  if (dots !== null) {
    if (reader.take(/\*/y) !== null) return { descends, selectors: ['wildcard'] }
    const name = reader.take(memberName)
    if (name !== null) return { descends, selectors: [{ name }] }
    if (!descends) return 'invalid'
  }
  if (reader.take(/\[/y) === null) return 'invalid'
  const selectors = readSelectors(reader)
  return typeof selectors === 'string' ? selectors : { descends, selectors }
}

function readSelectors(reader: Reader): Selector[] | 'invalid' | 'filter' {
  const selectors: Selector[] = []
  do {
    reader.take(blank)
    if (reader.take(/\?/y) !== null) return 'filter'
    const selector = readSelector(reader)
    if (selector === null) return 'invalid'
    selectors.push(selector)
    reader.take(blank)
  } while (reader.take(/,/y) !== null)
  return reader.take(/\]/y) === null ? 'invalid' : selectors
}

function readSelector(reader: Reader): Selector | null {
  if (reader.take(/\*/y) !== null) return 'wildcard'
  const quoted = reader.take(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy)
  if (quoted !== null) {
    const name = unquote(quoted)
    return name === null ? null : { name }
  }
  const slice = reader.take(/(?:-?[0-9]+)?[ \t\r\n]*:[ \t\r\n]*(?:-?[0-9]+)?(?:[ \t\r\n]*:[ \t\r\n]*(?:-?[0-9]+)?)?/y)
  if (slice !== null) return readSlice(slice)
  const index = reader.take(/-?[0-9]+/y)
  return index === null || !isIndex(index) ? null : { index: Number(index) }
}

function readSlice(text: string): Selector | null {
  const [from = '', to = '', by = ''] = text.split(':').map((part) => part.trim())
  if (![from, to, by].every((part) => part === '' || isIndex(part))) return null
  return { from: from === '' ? null : Number(from), to: to === '' ? null : Number(to), by: by === '' ? 1 : Number(by) }
}

/** No leading zeros, no `-0`, exact in a double. */
function isIndex(text: string): boolean {
  return /^(?:0|-?[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(Number(text))
}

/** The name inside the quotes, read as JSON after the quotes have become JSON's; an escaped quote of the other kind is refused. */
function unquote(quoted: string): string | null {
  const inside = quoted.slice(1, -1)
  const json = quoted.startsWith("'") ? inside.replace(/\\[^]|"/g, (found) => doubleQuoted.get(found) ?? found) : inside
  try {
    return JSON.parse(`"${json}"`) as string
  } catch {
    return null
  }
}

const doubleQuoted: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\'", "'"],
  ['\\"', '\\ refused'],
])
