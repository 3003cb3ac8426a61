/** Parses a configuration file, YAML 1.2 or JSON. */
import { LineCounter, parseDocument, type ErrorCode } from 'yaml'
import type { Problem } from './problem.js'
import { readNodes } from './read-nodes.js'
import type { Origin, ParsedFile } from './written.js'

/** What is wrong with the text, by the parser's code; its own messages may quote the text, and with it secrets. */
const syntaxMessages: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'an alias is malformed',
  BAD_DQ_ESCAPE: 'a text in double quotes has an unknown escape sequence',
  BAD_INDENT: 'the indentation does not fit, or a bracket is not closed',
  BAD_SCALAR_START: 'a value starts with a reserved character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a line has two keys, or is indented too far; put values that contain ": " in quotes',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key has no colon behind it',
  MULTIPLE_DOCS: 'there is more than one document',
  RESOURCE_EXHAUSTION: 'it is nested too deeply',
  TAB_AS_INDENT: 'a tab is used as indentation',
  TAG_RESOLVE_FAILED: 'a tag is unknown',
  UNEXPECTED_TOKEN: 'something stands where it may not; put values with brackets or commas in quotes',
}

/** @param name the file's path, for the places that problems name */
export function parseFile(text: string, name: string): ParsedFile {
  const lineCounter = new LineCounter()
  const originAt = (offset: number): Origin => {
    const { line, col } = lineCounter.linePos(offset)
    return { source: 'file', name, line, column: col }
  }
  // Duplicate keys are left to `readNodes`, which knows their path.
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false }
  const document = parseDocument(text, options)
  // The errors behind the first one mostly follow from it.
  const error = document.errors[0] ?? document.warnings[0]
  if (!error) return readNodes(document, { source: 'file', name }, originAt)
  return { written: null, problems: [syntaxProblem(error.code, originAt(error.pos[0]))] }
}

function syntaxProblem(code: ErrorCode, origin: Origin): Problem {
  const received = syntaxMessages[code] ?? 'it cannot be read'
  const message = `The file is neither YAML nor JSON: ${received}.`
  return { path: '', expected: 'YAML 1.2 or JSON', received, message, ...origin }
}
