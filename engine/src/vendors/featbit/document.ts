/**
 * A FeatBit environment as its evaluation server sends it to server SDKs, checked and completed: lists are never null, and
 * what may be absent has its default. It is a full payload itself, so it can be decoded again and given to FeatBit's SDKs.
 *
 * @see https://docs.featbit.co/sdk/overview and the payload types of featbit/featbit, `modules/evaluation-server`
 */
export interface FeatBitDocument {
  readonly eventType: 'full'
  readonly featureFlags: readonly (FeatBitFlag | MalformedFlag)[]
  readonly segments: readonly (FeatBitSegment | MalformedSegment)[]
}

export interface FeatBitFlag {
  readonly id: string
  readonly envId: string
  readonly name: string
  readonly description: string
  /** Identifies the flag within its environment. */
  readonly key: string
  readonly variationType: VariationType
  readonly variations: readonly Variation[]
  readonly targetUsers: readonly TargetUsers[]
  readonly rules: readonly TargetRule[]
  readonly isEnabled: boolean
  /** Variation served while the flag is off. */
  readonly disabledVariationId: string
  readonly fallthrough: Rollout
  readonly exptIncludeAllTargets: boolean
  readonly tags: readonly string[]
  /** ISO 8601, the entity's version; null where the document has none. */
  readonly updatedAt: string | null
  readonly isArchived: boolean
}

/** How the text of a variation is meant to be read. */
export type VariationType = 'boolean' | 'string' | 'number' | 'json'

export interface Variation {
  /** Usually a GUID; compared as it is. */
  readonly id: string
  readonly name: string
  /** Always text, numbers and JSON too. */
  readonly value: string
}

export interface TargetUsers {
  readonly keyIds: readonly string[]
  readonly variationId: string
}

/** A percentage rollout: the part that a rule and the default rule have in common. */
export interface Rollout {
  /** The user property whose text is hashed; null or blank: the user's key. */
  readonly dispatchKey: string | null
  readonly includedInExpt: boolean
  readonly variations: readonly RolloutVariation[]
}

export interface RolloutVariation {
  readonly id: string
  /** Interval of the bucket, both ends included. */
  readonly rollout: readonly [from: number, to: number]
  /** Share of all users that takes part in the experiment through this variation. */
  readonly exptRollout: number
}

export interface TargetRule extends Rollout {
  readonly id: string
  readonly name: string
  readonly conditions: readonly Condition[]
}

export interface Condition {
  readonly id: string
  readonly property: string
  /** Null where the property itself says what is asked: membership of segments. */
  readonly op: string | null
  /** Text; lists are JSON text inside it. */
  readonly value: string | null
}

export interface FeatBitSegment {
  readonly id: string
  readonly envId: string
  readonly name: string
  readonly description: string
  readonly included: readonly string[]
  readonly excluded: readonly string[]
  readonly rules: readonly SegmentRule[]
  readonly updatedAt: string | null
  readonly isArchived: boolean
}

export interface SegmentRule {
  readonly id: string
  readonly name: string
  readonly conditions: readonly Condition[]
}

/** A flag that cannot be read. It stays in the document, so that it is answered with an error and not as unknown. */
export interface MalformedFlag {
  readonly key: string
  readonly updatedAt: string | null
  /** What is wrong with it, and where. */
  readonly malformed: string
}

/** A segment that cannot be read: flags that ask for it fail when they reach it. */
export interface MalformedSegment {
  readonly id: string
  readonly updatedAt: string | null
  readonly malformed: string
}

/** Whether the entity could not be read. */
export function isMalformed(
  entity: FeatBitFlag | MalformedFlag | FeatBitSegment | MalformedSegment,
): entity is MalformedFlag | MalformedSegment {
  return 'malformed' in entity
}
