/**
 * A Flagsmith environment as this folder works with it: read from an environment document or from an evaluation context of the
 * vendor's engine, checked, with defaults filled in. What was malformed is kept as such, with the reason.
 */
import type { JsonObject } from '../../ruleset/types.js'

export interface FlagsmithDocument {
  readonly environment: FlagsmithEnvironment
  /** The environment's own state of every feature, by feature name, in the document's order. */
  readonly features: ReadonlyMap<string, FeatureState>
  /** In the document's order, which settles ties between overrides of equal priority. */
  readonly segments: readonly Segment[]
  /** Identity overrides by exact identifier. */
  readonly identityOverrides: ReadonlyMap<string, readonly FeatureState[]>
  /** Features that client-side keys never see. */
  readonly serverOnlyFeatureIds: ReadonlySet<number>
  /** `hide_disabled_flags` of the environment, else of its project. */
  readonly hidesDisabledFlags: boolean
  /**
   * Whether segments apply only to evaluations that have an identity. True for environment documents, whose readers answer an
   * anonymous request by the environment's defaults; false for evaluation contexts.
   */
  readonly segmentsNeedIdentity: boolean
  /** What the ruleset says about where it comes from. */
  readonly info: JsonObject
}

export interface FlagsmithEnvironment {
  /** The client-side key: prefix of every identity's hash key. */
  readonly key: string
  readonly name: string | null
}

export type FeatureValue = string | number | boolean | null

/** A feature's state: the environment's default, a segment's or an identity's override. */
export interface FeatureState {
  readonly name: string
  readonly featureId: number | null
  /** `STANDARD` or `MULTIVARIATE`; for the vendor's own API. */
  readonly type: string
  readonly enabled: boolean
  readonly value: FeatureValue
  /** The multivariate split, in the order in which its shares are laid out. */
  readonly options: readonly MultivariateOption[]
  /** What the multivariate split hashes together with the identity's key. */
  readonly seed: string
  /** The smaller, the stronger; Infinity where the document has none. */
  readonly priority: number
  /** Why this state cannot be served; null for a sound one. */
  readonly problem: string | null
}

export interface MultivariateOption {
  /** Stable name of the variant; null where it has none. */
  readonly key: string | null
  readonly value: FeatureValue
  /** Percentage of the identities, 0 to 100. */
  readonly weight: number
}

export interface Segment {
  readonly id: string
  readonly name: string
  /** What its percentage splits hash together with the value. */
  readonly seed: string
  readonly rules: readonly Rule[]
  readonly overrides: readonly FeatureState[]
  /** Where it stands in the document. */
  readonly path: readonly string[]
  /** Why it can match nobody; null for a sound one. */
  readonly problem: string | null
}

export interface Rule {
  readonly type: RuleType
  readonly conditions: readonly Condition[]
  readonly rules: readonly Rule[]
}

export type RuleType = 'ALL' | 'ANY' | 'NONE'

export interface Condition {
  readonly operator: string
  /** A trait's name or a JSONPath; `''` where the document has none. */
  readonly property: string
  /** A list only in evaluation contexts, for `IN`. */
  readonly value: string | readonly string[] | null
}
