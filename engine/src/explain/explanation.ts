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

/** One step of a decision. `decided` is the index of the outcome it came to, null where it decided nothing. */
export type DecisionTrace =
  | { readonly step: 'outcome'; readonly decided: number }
  | { readonly step: 'nothing' }
  | { readonly step: 'rules'; readonly rules: readonly RuleTrace[]; readonly else?: DecisionTrace }
  | SplitTrace
  | SwitchTrace
  | TargetsTrace
  | { readonly step: 'malformed'; readonly message: string }
  | { readonly step: 'failed'; readonly message: string; readonly at?: ExprTrace }

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
  /** Which way was taken when no arm was. */
  readonly fallback?: 'missing' | 'else'
  readonly then: DecisionTrace
}

export interface SwitchTrace {
  readonly step: 'switch'
  readonly on: ExprTrace
  readonly fallback?: 'missing' | 'else'
  readonly then: DecisionTrace
}

export interface TargetsTrace {
  readonly step: 'targets'
  /** Whether this targeting key has an individual assignment for this flag. */
  readonly assigned: boolean
  readonly then?: DecisionTrace
}

/** One expression with the value that was seen. */
export type ExprTrace =
  | { readonly value: Json }
  | {
      readonly operator: string
      /** Static arguments as written, value arguments as they were evaluated, in order. */
      readonly arguments: readonly ArgumentTrace[]
      /** Absent when the operator failed. */
      readonly value?: Json
      readonly failed?: string
      /** The text a bucket was computed from. */
      readonly hashInput?: string
      /** For a segment: its name and its own condition, once per explanation. */
      readonly segment?: { readonly name?: string; readonly when?: ExprTrace }
      /** For another flag: how that one was decided, once per explanation. */
      readonly flag?: Explanation
    }

export type ArgumentTrace = ExprTrace | { readonly static: Json } | { readonly skipped: true }
