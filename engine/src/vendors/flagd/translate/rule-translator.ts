/** What turns the rule of one flag into expressions, as its parts see it. */
import type { DiagnosticCode } from '../../../ruleset/diagnostic.js'
import type { Expr, Json } from '../../../ruleset/types.js'
import type { FlagdOptions } from '../document.js'
import { isList } from './rule.js'
import type { RuleScope } from './scope.js'

export interface RuleTranslator {
  readonly flagKey: string
  readonly bucketing: Bucketing
  readonly clock: ClockUse
  /** What the rule answers. */
  valueOf(rule: Json, scope: RuleScope): Expr
  /** True where what the rule answers counts as true, else false. */
  conditionOf(rule: Json, scope: RuleScope): Expr
  /** Reports what is wrong with the rule. */
  report(code: DiagnosticCode, message: string): void
}

export type Bucketing = NonNullable<FlagdOptions['bucketing']>

/** How a rule reads the clock. */
export interface ClockUse {
  /** Whole Unix seconds: comparisons with the clock may turn when they begin and when they are over. */
  readonly turns: Set<number>
  /** The clock is read in another way too: nothing can be said about when the answer changes. */
  isContinuous: boolean
}

/** Fails where it is reached, never before. */
export function failing(reason: string): Expr {
  return ['fail', reason]
}

/** An operator that evaluates its arguments first, which may be written out or computed. */
export function eagerCall(operator: string, args: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  return isList(args)
    ? [`flagd.${operator}`, ...args.map((arg) => translator.valueOf(arg, scope))]
    : ['flagd.apply', operator, translator.valueOf(args, scope)]
}
