/** The engine's public face: documents to rulesets, rulesets to snapshots, snapshots to answers. */
import { compile as compileWith } from './compile/compile.js'
import type { CompiledSnapshot } from './compile/compiled-snapshot.js'
import { createHost } from './compile/host.js'
import type { Compilation, EvaluationEnvironment, Snapshot } from './compile/snapshot.js'
import type { Explanation } from './explain/explanation.js'
import { Interpretation } from './explain/interpreter.js'
import { describe } from './explain/describe.js'
import type { Line } from './explain/line.js'
import { redact } from './explain/redact.js'
import { render } from './explain/render.js'
import { createWording } from './explain/wording.js'
import { dialects } from './registry.js'
import { dialectLabel } from './ruleset/dialect-label.js'
import type { JsonObject, Ruleset } from './ruleset/types.js'

export type * from './ruleset/types.js'
export type { Diagnostic, DiagnosticCode } from './ruleset/diagnostic.js'
export type * from './ruleset/vendor.js'
export type { Reads } from './ruleset/dialect.js'
export type * from './compile/snapshot.js'
export type * from './explain/explanation.js'
export type { Line } from './explain/line.js'
export { isVisible } from './compile/snapshot.js'
export { normalizeContext } from './compile/context.js'
export { formatVersion } from './ruleset/dialect-label.js'
export { asciiJson } from './ruleset/json.js'
export { resolveAs, typeOf, type TypedResolution } from './compile/resolve-as.js'
export { vendors } from './registry.js'
export { providerView } from './ruleset/provider-view.js'
export { seal, type SealedRuleset } from './ruleset/seal.js'
export { isSealedRuleset, rulesetAsDocument } from './ruleset/as-document.js'
export {
  decode as decodeFeatBitDocument,
  documentVersion as featBitDocumentVersion,
  mergePatch as mergeFeatBitPatch,
  type FeatBitDocument,
  type Merged as MergedFeatBitDocument,
} from './vendors/featbit/index.js'
export { findReorderings as findFlagbaseReorderings } from './vendors/flagbase/index.js'
export {
  identityKeyAttribute as flagsmithIdentityKeyAttribute,
  type FlagsmithDocument,
} from './vendors/flagsmith/index.js'
export { applyPatch, diff, type Patched, type RulesetPatch } from './ruleset/patch.js'

/** The dialects that this engine knows, with their versions, as rulesets name them. */
export const knownDialects: readonly string[] = dialects.map(dialectLabel)

/**
 * Compiles a ruleset with all dialects the engine knows. Never throws because of what it reads.
 *
 * @param options.previous the snapshot of the revision before: unchanged flags are taken over
 */
export function compile(ruleset: Ruleset, options: { readonly previous?: Snapshot | undefined } = {}): Compilation {
  return compileWith(ruleset, { dialects, previous: options.previous })
}

/**
 * Says why a flag answers what it answers in that context, by a second, plain reading of the ruleset. Slow and thorough: for
 * people and tests, not for requests.
 *
 * @returns null for a flag that does not exist
 */
export function explain(
  snapshot: Snapshot,
  flagKey: string,
  context: JsonObject,
  environment: EvaluationEnvironment,
): Explanation | null {
  const { ruleset } = snapshot
  const broken = (snapshot as CompiledSnapshot).broken()
  const table = new Map(dialects.map((dialect) => [dialect.name, dialect]))
  const host = createHost(new Map(), () => undefined)
  return new Interpretation({ ruleset, dialects: table, host, broken, context, ...environment }).explain(flagKey)
}

/**
 * An explanation as text that a person reads: the answer, then the way to it, with every rule that was tried and every
 * condition with what it saw. Several lines, the last one with a line break.
 */
export function renderExplanation(explanation: Explanation): string {
  return render(explanation, createWording(dialects))
}

/**
 * The rules of a flag in plain words, as lines with the lesser ones below them. Nobody's context is needed: this is what the flag
 * does, not what it answered.
 *
 * @returns null for a flag that does not exist
 */
export function describeFlag({ ruleset }: Pick<Snapshot, 'ruleset'>, flagKey: string): readonly Line[] | null {
  const table = new Map(dialects.map((dialect) => [dialect.name, dialect]))
  return describe(ruleset, flagKey, table, createWording(dialects))
}

/**
 * An explanation that may be shown to others: values of the context are replaced by their types, and so is every text of the
 * rules that contains one of the context's texts of three characters or more.
 *
 * @param context the one that the flag was explained for
 */
export function redactExplanation(explanation: Explanation, context: JsonObject): Explanation {
  return redact(explanation, context, createWording(dialects))
}
