import type { DiagnosticCode } from '../ruleset/diagnostic.js'

/** Bad rules spoil the flag or segment they stand in: thrown while compiling it, caught there, never seen outside. */
export class SpoiledPart extends Error {
  override readonly name = 'SpoiledPart'
  readonly code: DiagnosticCode

  constructor(code: DiagnosticCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What spoiled a part; anything else that is thrown is a defect of an operator, and spoils the part just the same. */
export function asSpoiledPart(error: unknown): SpoiledPart {
  if (error instanceof SpoiledPart) return error
  return new SpoiledPart(
    'BAD_ARGUMENTS',
    `cannot be compiled: ${error instanceof Error ? error.message : String(error)}`,
  )
}
