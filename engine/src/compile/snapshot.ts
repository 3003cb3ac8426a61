/** What compiling a ruleset gives: an immutable revision that answers. */
import type { Diagnostic } from '../ruleset/diagnostic.js'
import type { Reads } from '../ruleset/dialect.js'
import type { Audience, ErrorCode, Flat, Json, JsonObject, Outcome, Reason, Ruleset } from '../ruleset/types.js'

/** The clock and the dice of one evaluation: always arguments, so that answers can be repeated. */
export interface EvaluationEnvironment {
  /** Epoch milliseconds. */
  readonly nowMs: number
  /** `0 <= random() < 1`; only flags that say so read it. */
  readonly random: () => number
}

export interface Snapshot {
  readonly ruleset: Ruleset
  /** All flag keys, internal ones included, sorted by UTF-16 code units. */
  readonly flagKeys: readonly string[]
  /**
   * Answers for one flag. Never throws; a key that does not exist answers FLAG_NOT_FOUND. Audience and `hidden` are the
   * caller's to judge: see {@link isVisible}.
   *
   * @param context evaluation context as JSON (rule C1); see `normalizeContext` for hosts that hold other values
   */
  evaluate(flagKey: string, context: JsonObject, environment: EvaluationEnvironment): EvaluatedOutcome
  /** Answers for all flags the audience may see, sorted by flag key, without hidden outcomes (rule A3). */
  evaluateAll(context: JsonObject, environment: EvaluationEnvironment, audience: Audience): EvaluatedOutcome[]
  /** What the answers depend on: of one flag, or of all of them together. */
  reads(flagKey?: string): Reads
  /** Until when answers given at `nowMs` stay true if nothing changes upstream; Infinity where no clock is read. */
  validUntil(nowMs: number, flagKey?: string): number
  /**
   * Whether this engine knows everything the flag reaches (rule V2). One that is not supported answers with an error here and
   * is better asked where the ruleset came from.
   */
  isSupported(flagKey: string): boolean
  /** Flag keys whose answers may differ from the other snapshot's: a safe superset. */
  changedFrom(other: Snapshot): string[]
  /** Number of listed outcomes of all flags together: the size of a table that counts them. */
  readonly outcomeCount: number
  /**
   * Position of a listed outcome of this snapshot in such a table, -1 for one that is not listed (one-off, computed, not
   * found).
   */
  ordinalOf(outcome: EvaluatedOutcome): number
  outcomeAt(ordinal: number): EvaluatedOutcome
}

/** One answer. Listed outcomes are allocated when compiling, frozen, and shared between evaluations. */
export interface EvaluatedOutcome {
  readonly flagKey: string
  /** Absent: the application's code default is the answer. */
  readonly value: Json | undefined
  readonly variant: string | undefined
  readonly reason: Reason
  /** Present exactly when the reason is ERROR. */
  readonly errorCode: ErrorCode | undefined
  readonly errorDetails: string | undefined
  /** Set, flag and outcome metadata merged (rule A1): what every audience may see. */
  readonly metadata: Flat
  /** The same with what names rules and segments: for server keys. */
  readonly serverMetadata: Flat
  readonly as: Outcome['as']
  readonly codeDefault: Outcome['codeDefault']
  readonly hidden: boolean
  readonly audience: 'all' | 'server' | 'internal'
  readonly native: Json | undefined
  /** The OFREP item for this answer as JSON text in ASCII (rule A2), serialised once per audience at first use. */
  ofrep(audience: Audience): string
  /** The same with a comma before it, as it follows another item in a list. */
  ofrepListItem(audience: Audience): string
}

export interface Compilation {
  readonly snapshot: Snapshot
  readonly diagnostics: readonly Diagnostic[]
}

/** Whether an audience may see this answer at all; otherwise a single request for it is FLAG_NOT_FOUND (rule A3). */
export function isVisible(outcome: EvaluatedOutcome, audience: Audience): boolean {
  if (outcome.hidden || outcome.audience === 'internal') return false
  return audience === 'server' || outcome.audience === 'all'
}
