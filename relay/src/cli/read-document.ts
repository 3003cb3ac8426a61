/** Reads a flag document for the command line, by the same steps as the relay. */
import { basename } from 'node:path'
import type { AnyVendor, Diagnostic, JsonObject } from '@switchyard/engine'
import { ingest, type Ingestion } from '../environments/ingest.js'
import { RelayError } from '../relay-error.js'
import { describeProblem, parseDocument, type DocumentFormat } from '../vendors/file/parse.js'
import { readFileBounded } from '../vendors/file/read.js'

export interface ReadDocumentOptions {
  /** Absent: recognised from the document. */
  readonly vendor?: AnyVendor
  readonly vendorOptions?: JsonObject
  readonly format?: DocumentFormat
}

/** Reads, parses and compiles a file; a pipe will do. Never rejects: what is wrong is in the result. */
export async function readDocument(path: string, options: ReadDocumentOptions): Promise<Ingestion> {
  let bytes: Buffer
  try {
    bytes = await readFileBounded(path, { allowsPipe: true })
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    return { ok: false, message: error.message, diagnostics: [] }
  }
  const parsed = await parseDocument(bytes, basename(path), options.format)
  if (!parsed.ok) return { ok: false, message: describeProblem(path, parsed.problem), diagnostics: [] }
  const result = ingest(parsed.document, options)
  return { ...result, diagnostics: [...parsed.diagnostics, ...result.diagnostics] }
}

/** One finding a line: `warning DUPLICATE_KEY flags.banner: ...`. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(
      ({ severity, code, path, message }) =>
        `${severity} ${code} ${path.length === 0 ? '' : `${path.join('.')}: `}${message}\n`,
    )
    .join('')
}
