/** The last step of every way into service: compiling, over what is served already. */
import { compile, type Diagnostic, type SealedRuleset, type Snapshot } from '@switchyard/engine'

export interface CompiledRevision {
  readonly snapshot: Snapshot
  /** Identifier of the content, 16 hex digits. */
  readonly revision: string
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Compiles a sealed ruleset.
 *
 * @param previous what is served now: unchanged flags are taken over from it, and it comes back itself where the content is equal
 */
export function compileRevision(ruleset: SealedRuleset, previous: Snapshot | undefined): CompiledRevision {
  const { revision } = ruleset
  const { snapshot, diagnostics } = compile(ruleset, { previous })
  return { snapshot: previous?.ruleset.revision === revision ? previous : snapshot, revision, diagnostics }
}
