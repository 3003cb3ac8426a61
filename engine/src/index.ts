/** The engine's public face: documents to rulesets, rulesets to snapshots, snapshots to answers. */
import { compile as compileWith } from './compile/compile.js'
import type { Compilation, Snapshot } from './compile/snapshot.js'
import { dialects } from './registry.js'
import type { Ruleset } from './ruleset/types.js'

export type * from './ruleset/types.js'
export type { Diagnostic, DiagnosticCode } from './ruleset/diagnostic.js'
export type * from './ruleset/vendor.js'
export type { Reads } from './ruleset/dialect.js'
export type * from './compile/snapshot.js'
export { isVisible } from './compile/snapshot.js'
export { normalizeContext } from './compile/context.js'
export { resolveAs, typeOf, type TypedResolution } from './compile/resolve-as.js'
export { vendors } from './registry.js'
export { seal, type SealedRuleset } from './ruleset/seal.js'
export { applyPatch, diff, type Patched, type RulesetPatch } from './ruleset/patch.js'

/**
 * Compiles a ruleset with all dialects the engine knows. Never throws because of what it reads.
 *
 * @param options.previous the snapshot of the revision before: unchanged flags are taken over
 */
export function compile(ruleset: Ruleset, options: { readonly previous?: Snapshot | undefined } = {}): Compilation {
  return compileWith(ruleset, { dialects, previous: options.previous })
}
