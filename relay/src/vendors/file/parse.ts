/** The text of a flag document to plain JSON values, with the line and column of what is wrong. */
import type { Diagnostic } from '@switchyard/engine'
import { scanJson } from './json-scan.js'

export type DocumentFormat = 'json' | 'yaml'

export type ParsedDocument =
  | { readonly ok: true; readonly document: unknown; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly problem: DocumentProblem }

/** Why a text is no document. Line and column count from 1 and are absent where the text as a whole is wrong. */
export interface DocumentProblem {
  readonly message: string
  readonly line?: number
  readonly column?: number
}

/**
 * Longest YAML text. Its parser takes about a second and a hundred megabytes of memory per megabyte of text, during which the
 * relay answers nobody; what is longer has to be written as JSON, which takes ten milliseconds.
 */
export const maxYamlBytes: number = 4 * 2 ** 20

/**
 * Parses a flag document. Never throws.
 *
 * JSON names that stand twice are a warning and the last one counts, because that is what every JSON parser makes of them, the
 * vendors' own included. YAML keys that stand twice are an error, because YAML says so.
 *
 * @param name   the file's name: `.json` is JSON, `.yaml` and `.yml` are YAML, everything else is told by its first character
 * @param format decides instead of the name
 */
export async function parseDocument(bytes: Uint8Array, name: string, format?: DocumentFormat): Promise<ParsedDocument> {
  const text = decodeUtf8(bytes)
  if (text === null) return refuse({ message: 'the text is not UTF-8' })
  if (text.trim() === '') return refuse({ message: 'the file is empty' })
  if ((format ?? formatOf(name, text)) === 'json') return parseJson(text)
  if (bytes.length > maxYamlBytes) {
    return refuse({
      message: `YAML may be at most ${maxYamlBytes} bytes long and this is ${bytes.length}: write it as JSON`,
    })
  }
  const { parseYaml } = await import('./yaml.js')
  return parseYaml(text)
}

function formatOf(name: string, text: string): DocumentFormat {
  if (/\.json$/i.test(name)) return 'json'
  if (/\.ya?ml$/i.test(name)) return 'yaml'
  return /^\s*[[{]/.test(text) ? 'json' : 'yaml'
}

/** Null where the bytes are not UTF-8. A byte order mark is taken away. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function parseJson(text: string): ParsedDocument {
  const { error, duplicates } = scanJson(text)
  if (error !== null) {
    const found =
      error.offset < text.length ? `'${String.fromCodePoint(text.codePointAt(error.offset) ?? 0)}'` : 'the end'
    return refuse({ message: `expected ${error.expected}, found ${found}`, ...positionAt(text, error.offset) })
  }
  const diagnostics = duplicates.map(({ path, offset }): Diagnostic => {
    const { line, column } = positionAt(text, offset)
    const message = `line ${line}, column ${column}: "${path.at(-1) ?? ''}" stands twice in one object; the last one counts`
    return { severity: 'warning', code: 'DUPLICATE_KEY', path, message }
  })
  return { ok: true, document: JSON.parse(text) as unknown, diagnostics }
}

/** Line and column of an index into a text, both from 1; columns count UTF-16 code units, as editors do. */
function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1
  let lineStart = 0
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', lineStart)) {
    line += 1
    lineStart = end + 1
  }
  return { line, column: offset - lineStart + 1 }
}

function refuse(problem: DocumentProblem): ParsedDocument {
  return { ok: false, problem }
}

/** `flags.json, line 3, column 7: expected ...` */
export function describeProblem(path: string, { message, line, column }: DocumentProblem): string {
  const place = line === undefined || column === undefined ? '' : `, line ${line}, column ${column}`
  return `${path}${place}: ${message}`
}
