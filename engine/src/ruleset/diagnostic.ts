/** What was found wrong, and where. Decoders, translators and the compiler report these instead of throwing. */
export interface Diagnostic {
  /** `error`: a flag, a segment or the document does not work; `warning`: it works, but not as its author may think. */
  readonly severity: 'error' | 'warning'
  /** Stable, upper snake case, catalogued in `docs/errors.md`. */
  readonly code: DiagnosticCode
  /** Member names and indexes from the document's root, for example `['flags', 'banner', 'defaultVariant']`. */
  readonly path: readonly string[]
  /** What is wrong, the offending value, and what to do. Never a secret. */
  readonly message: string
}

export type DiagnosticCode =
  | 'INVALID_DOCUMENT'
  | 'DUPLICATE_KEY'
  | 'INVALID_FLAG'
  | 'INVALID_SEGMENT'
  | 'INVALID_VALUE'
  | 'UNKNOWN_OPERATOR'
  | 'BAD_ARGUMENTS'
  | 'UNKNOWN_REFERENCE'
  | 'UNSUPPORTED_PATTERN'
  | 'UNSUPPORTED_FEATURE'
  | 'CYCLE'
  | 'LIMIT'
  | 'BAD_OUTCOME'
  | 'ORDER_CHANGED'

/** A list that grows while a document is read. */
export interface DiagnosticSink {
  readonly diagnostics: readonly Diagnostic[]
  error(code: DiagnosticCode, path: readonly string[], message: string): void
  warning(code: DiagnosticCode, path: readonly string[], message: string): void
}

/** Creates an empty sink. The first 1,000 findings are kept: a hostile document must not fill the memory. */
export function createDiagnosticSink(): DiagnosticSink {
  const diagnostics: Diagnostic[] = []
  const add = (diagnostic: Diagnostic): void => {
    if (diagnostics.length < maxDiagnostics) diagnostics.push(diagnostic)
  }
  return {
    diagnostics,
    error: (code, path, message) => add({ severity: 'error', code, path: [...path], message }),
    warning: (code, path, message) => add({ severity: 'warning', code, path: [...path], message }),
  }
}

const maxDiagnostics = 1_000
