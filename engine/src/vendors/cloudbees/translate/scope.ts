/** What the expressions of one document, and of one flag or target group in it, share while they are translated. */
import type { DiagnosticCode } from '../../../ruleset/diagnostic.js'
import type { Expr, Flag, Scalar } from '../../../ruleset/types.js'

/** What an expression may refer to, and what its properties mean. */
export interface DocumentScope {
  readonly flagKeys: ReadonlySet<string>
  readonly groupIds: ReadonlySet<string>
  /** The attribute that answers for `rox.distinct_id`; null: the targeting key. */
  readonly stickinessAttribute: string | null
  readonly datetimeAttributes: ReadonlySet<string>
}

export interface ExpressionScope extends DocumentScope {
  readonly clock: ClockUse
  /** What `in` looks into: the items themselves where they are few, otherwise one of the ruleset's lists. */
  membersOf(items: readonly Scalar[]): Expr
  /** Each message once. */
  report(severity: 'error' | 'warning', code: DiagnosticCode, message: string): void
}

/** How an expression uses the clock. */
export interface ClockUse {
  /** Epoch milliseconds at which a comparison with the clock may turn. */
  readonly turns: Set<number>
  /** The clock is used for more than comparisons with constants. */
  isContinuous: boolean
}

/** Clocks beyond this are never reached: further than dates go in JavaScript. */
const maxMs = 8_640_000_000_000_000

/** When answers may change by themselves; nothing where the clock is not read, or where there is no telling. */
export function changesOf({ turns, isContinuous }: ClockUse): Pick<Flag, 'changes'> {
  if (isContinuous || turns.size === 0) return {}
  return { changes: [...turns].filter((ms) => Math.abs(ms) <= maxMs).toSorted((a, b) => a - b) }
}
