/**
 * A CloudBees Feature Management configuration, checked and completed: the document inside the signed envelope, in the shape
 * in which CloudBees' SDKs read it, so it can be decoded again and given to them.
 */
export interface CloudBeesDocument {
  readonly experiments: readonly (Experiment | MalformedExperiment)[]
  readonly targetGroups: readonly (TargetGroup | MalformedTargetGroup)[]
  /** The key of the environment; empty where the document does not say. */
  readonly application: string
  /** The SDK platform the document was made for; empty where it does not say. */
  readonly platform: string
  readonly creation_date: string | null
  readonly api_version: string | null
  /** From the envelope; null for a document without one. */
  readonly signed_date: string | null
}

/** What one or more flags answer. */
export interface Experiment {
  readonly _id: string
  readonly name: string
  /** Says nothing about evaluation: an archived experiment still applies. */
  readonly archived: boolean
  readonly featureFlags: readonly FeatureFlag[]
  readonly deploymentConfiguration: { readonly condition: string }
  readonly labels: readonly string[]
  /** Picks the id that impressions report. What splits hash is spelled in the condition. */
  readonly stickinessProperty: string
}

export interface FeatureFlag {
  readonly name: string
}

export interface TargetGroup {
  /** By which conditions refer to it. */
  readonly _id: string
  readonly name: string
  readonly condition: string
}

/** An experiment that cannot be read. It stays in the document, so that its flags answer with an error. */
export interface MalformedExperiment {
  readonly featureFlags: readonly FeatureFlag[]
  /** What is wrong with it, and where. */
  readonly malformed: string
}

/** A target group that cannot be read: nobody is in it. */
export interface MalformedTargetGroup {
  readonly _id: string
  readonly malformed: string
}

export interface CloudBeesOptions {
  /**
   * Context attributes that are points in time, as epoch seconds or RFC 3339 text. CloudBees' SDKs know the type of a property
   * from the code that registers it; evaluation contexts do not carry one.
   */
  readonly datetimeAttributes?: readonly string[]
  /** The context attribute that answers for `rox.distinct_id` instead of the targeting key. */
  readonly stickinessAttribute?: string
}

/** Whether the part could not be read. */
export function isMalformed<M extends { readonly malformed: string }>(part: object | M): part is M {
  return 'malformed' in part
}
