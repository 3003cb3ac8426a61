/**
 * Reads JSON text for what `JSON.parse` does not tell: where it is wrong, and which names stand twice in one object. Never
 * used to get values, so the parser that everybody trusts stays the only one that decides what a document says.
 */

export interface JsonScan {
  /** The first place that is not JSON; null when the text is JSON. */
  readonly error: JsonSyntaxError | null
  /** Names that stand twice in one object, the first 100 of them. */
  readonly duplicates: readonly DuplicateName[]
}

export interface JsonSyntaxError {
  /** Index into the text, in UTF-16 code units; the text's length where it ends too early. */
  readonly offset: number
  /** What was expected there. */
  readonly expected: string
}

export interface DuplicateName {
  /** Member names and indexes from the document's root, the name itself last. */
  readonly path: readonly string[]
  /** Where the later one stands. */
  readonly offset: number
}

interface Scanner {
  readonly text: string
  at: number
  /** Objects and arrays that have been opened and not closed, innermost last. */
  readonly open: Container[]
  readonly duplicates: DuplicateName[]
}

interface Container {
  /** Names met so far; null for an array. */
  readonly names: Set<string> | null
  /** The member or the index under way. */
  name: string
  index: number
}

type State = 'value' | 'first name' | 'name' | 'first item' | 'next' | 'end'

const maxDuplicates = 100

/** Scans a whole text. Never throws; nesting of any depth is walked without recursion. */
export function scanJson(text: string): JsonScan {
  const scanner: Scanner = { text, at: 0, open: [], duplicates: [] }
  let state: State = 'value'
  while (state !== 'end') {
    skipSpace(scanner)
    const step = steps[state](scanner)
    if (typeof step !== 'string') {
      return { error: { offset: scanner.at, expected: step.expected }, duplicates: scanner.duplicates }
    }
    state = step
  }
  return { error: null, duplicates: scanner.duplicates }
}

type Step = (scanner: Scanner) => State | { readonly expected: string }

const steps: Readonly<Record<Exclude<State, 'end'>, Step>> = {
  value: (scanner) => {
    if (skip(scanner, '{')) {
      scanner.open.push({ names: new Set(), name: '', index: 0 })
      return 'first name'
    }
    if (skip(scanner, '[')) {
      scanner.open.push({ names: null, name: '0', index: 0 })
      return 'first item'
    }
    if (scanner.text[scanner.at] === '"') return readText(scanner) ?? 'next'
    return skipWord(scanner) ? 'next' : { expected: 'a value' }
  },
  'first name': (scanner) => (scanner.text[scanner.at] === '}' ? steps.next(scanner) : steps.name(scanner)),
  'first item': (scanner) => (scanner.text[scanner.at] === ']' ? steps.next(scanner) : 'value'),
  name: (scanner) => {
    const start = scanner.at
    if (scanner.text[start] !== '"') return { expected: 'a name in double quotes' }
    const wrong = readText(scanner)
    if (wrong !== null) return wrong
    enterMember(scanner, start)
    skipSpace(scanner)
    return skip(scanner, ':') ? 'value' : { expected: "':'" }
  },
  next: (scanner) => {
    const container = scanner.open.at(-1)
    if (container === undefined) return scanner.at === scanner.text.length ? 'end' : { expected: 'the end of the text' }
    const closing = container.names === null ? ']' : '}'
    if (skip(scanner, closing)) {
      scanner.open.pop()
      return 'next'
    }
    if (!skip(scanner, ',')) return { expected: `',' or '${closing}'` }
    if (container.names !== null) return 'name'
    container.index += 1
    container.name = String(container.index)
    return 'value'
  },
}

/** Notes the name that has just been read, in the object on top. */
function enterMember({ text, at, open, duplicates }: Scanner, start: number): void {
  const container = open.at(-1)
  if (container === undefined || container.names === null) return
  const quoted = text.slice(start, at)
  const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
  container.name = name
  if (container.names.has(name) && duplicates.length < maxDuplicates) {
    duplicates.push({ path: open.map((outer) => outer.name), offset: start })
  }
  container.names.add(name)
}

function skipSpace(scanner: Scanner): void {
  const { text } = scanner
  for (;;) {
    const code = text.charCodeAt(scanner.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    scanner.at += 1
  }
}

function skip(scanner: Scanner, character: string): boolean {
  if (scanner.text[scanner.at] !== character) return false
  scanner.at += 1
  return true
}

/** Skips a number, `true`, `false` or `null`. */
function skipWord(scanner: Scanner): boolean {
  word.lastIndex = scanner.at
  const match = word.exec(scanner.text)
  if (match !== null) scanner.at += match[0].length
  return match !== null
}

const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Skips a quoted text; where it is wrong, stops there and says what was expected. */
function readText(scanner: Scanner): { readonly expected: string } | null {
  const { text } = scanner
  for (scanner.at += 1; scanner.at < text.length; scanner.at += 1) {
    const code = text.charCodeAt(scanner.at)
    if (code === quote) {
      scanner.at += 1
      return null
    }
    if (code < 0x20) return { expected: 'a closing quote (line breaks and tabs are written \\n and \\t)' }
    if (code === backslash) {
      escape.lastIndex = scanner.at
      const match = escape.exec(text)
      if (match === null) return { expected: 'a known escape such as \\n, \\" or \\u00e9' }
      scanner.at += match[0].length - 1
    }
  }
  return { expected: 'a closing quote' }
}

const quote = 0x22
const backslash = 0x5c
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
