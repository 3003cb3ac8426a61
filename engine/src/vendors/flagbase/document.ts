/**
 * A Flagbase environment as its poller sends it to server SDKs, checked. Identifiers of rows are left out, except those of
 * rules, by which people find them.
 *
 * @see flagbase/flagbase, `core/pkg/model`
 */
export interface FlagbaseDocument {
  /** In the document's order. */
  readonly flags: readonly (FlagbaseFlag | MalformedFlag)[]
}

export interface FlagbaseFlag {
  readonly key: string
  /** Whether the rules are left aside: what Flagbase's pages show as a flag that is off. */
  readonly useFallthrough: boolean
  /** Empty where an administrator deleted them. */
  readonly fallthroughVariations: readonly Variation[]
  /** The first that matches counts. Their order is whatever the database gave. */
  readonly rules: readonly TargetingRule[]
}

export interface TargetingRule {
  readonly id: string
  /** `trait`, `segment` or `identity`; the server evaluates all of them as if they were `trait`. */
  readonly ruleType: string
  /** Empty for rules on segments and identities. */
  readonly traitKey: string
  /** Text, also where it is compared as a number. */
  readonly traitValue: string
  readonly operator: string
  readonly negate: boolean
  readonly ruleVariations: readonly Variation[]
}

export interface Variation {
  readonly variationKey: string
  /** From -128 to 127, as the server's type has it; from 0 to 100 in every document it sends. */
  readonly weight: number
}

/** A flag that cannot be read. It stays in the document, so that it is answered with an error and not as unknown. */
export interface MalformedFlag {
  readonly key: string
  /** What is wrong with it, and where. */
  readonly malformed: string
}

/** Whether the flag could not be read. */
export function isMalformed(flag: FlagbaseFlag | MalformedFlag): flag is MalformedFlag {
  return 'malformed' in flag
}
