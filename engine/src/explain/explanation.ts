/** Why a flag answered what it answered: JSON that a page, a terminal or a person can read. */
import type { ErrorCode, Flat, Json, Outcome, Reason } from '../ruleset/types.js'

export interface Explanation {
  readonly flagKey: string
  readonly outcome: ExplainedOutcome
  /** The path through the flag's decision; null for a flag that is not there. */
  readonly decision: DecisionTrace | null
}

export interface ExplainedOutcome {
  readonly value?: Json
  readonly variant?: string
  readonly reason: Reason
  readonly errorCode?: ErrorCode
  readonly errorDetails?: string
  readonly as?: Outcome['as']
  readonly metadata?: Flat
}

/** One step of a decision, with the steps that follow from it. */
export type DecisionTrace =
  | OutcomeTrace
  | { readonly step: 'nothing' }
  | RulesTrace
  | SplitTrace
  | SwitchTrace
  | TargetsTrace
  | { readonly step: 'malformed'; readonly message: string }
  | { readonly step: 'failed'; readonly message: string; readonly at?: ExprTrace }

export interface OutcomeTrace {
  readonly step: 'outcome'
  /** Index of the flag's outcome; -1 for one that an individual assignment brings along. */
  readonly decided: number
  /** What the answer was computed from, for an outcome that is computed. */
  readonly computed?: ExprTrace
}

export interface RulesTrace {
  readonly step: 'rules'
  /** Those that were tried, in order. */
  readonly rules: readonly RuleTrace[]
  /** How many stand behind the one that decided. */
  readonly unreached?: number
  readonly else?: DecisionTrace
}

export interface RuleTrace {
  readonly name?: string
  readonly matched: boolean
  readonly when: ExprTrace
  readonly then?: DecisionTrace
}

export interface SplitTrace {
  readonly step: 'split'
  readonly number: ExprTrace
  /** The arm that holds the number: its bounds as in the ruleset. */
  readonly arm?: { readonly from: number; readonly to: number; readonly closed: boolean }
  /** All arms in order. */
  readonly ranges: readonly RangeTrace[]
  /** Which way was taken when no arm was. */
  readonly fallback?: 'missing' | 'else'
  readonly then: DecisionTrace
}

export interface RangeTrace {
  readonly from: number
  readonly to: number
  /** What it leads to, where that is one variant, and one value. */
  readonly variant?: string
  readonly value?: Json
}

export interface SwitchTrace {
  readonly step: 'switch'
  readonly on: ExprTrace
  readonly fallback?: 'missing' | 'else'
  readonly then: DecisionTrace
}

export interface TargetsTrace {
  readonly step: 'targets'
  /** Null where the context has none. */
  readonly targetingKey: string | null
  /** Whether this targeting key has an individual assignment for this flag. */
  readonly assigned: boolean
  readonly then?: DecisionTrace
}

/** One expression with the value that was seen. */
export type ExprTrace = LiteralTrace | CallTrace

export interface LiteralTrace {
  readonly value: Json
}

export interface CallTrace {
  readonly operator: string
  /** Static arguments as written, value arguments as they were evaluated, in order. */
  readonly arguments: readonly ArgumentTrace[]
  /** Absent when the operator failed. */
  readonly value?: Json
  readonly failed?: string
  /** The text that was hashed. */
  readonly hashInput?: string
  /** The bucket that it fell into, where that is not the value. */
  readonly bucket?: number
  /** For a segment: its name, and its own condition, once per explanation. */
  readonly segment?: { readonly name?: string; readonly when?: ExprTrace }
  /** For another flag: how that one was decided, once per explanation. */
  readonly flag?: Explanation
}

export type ArgumentTrace = ExprTrace | { readonly static: Json } | { readonly skipped: true }
