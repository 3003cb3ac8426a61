/** How many rules were kept, by level. */
import type { RuleResult } from '../run-suite.js'
import type { Level } from '../rules/rule.js'

export interface Summary {
  readonly passed: number
  /** Of level MUST and SHOULD. */
  readonly failed: number
  readonly failedMust: number
  readonly failedShould: number
  /** Features that a server may leave out, and this one does. */
  readonly absent: number
  readonly skipped: number
}

export function summaryOf(results: readonly RuleResult[]): Summary {
  const count = (status: string): number => results.filter(({ verdict }) => verdict.status === status).length
  const failed = (level: Level): number =>
    results.filter(({ rule, verdict }) => verdict.status === 'failed' && rule.level === level).length
  const [failedMust, failedShould] = [failed('MUST'), failed('SHOULD')]
  return {
    passed: count('passed'),
    failed: failedMust + failedShould,
    failedMust,
    failedShould,
    absent: failed('MAY'),
    skipped: count('skipped'),
  }
}

/** Whether the server may say that it speaks OFREP. A run that could check nothing proves nothing. @param isStrict SHOULD counts, too */
export function isConformant({ passed, failed, failedMust }: Summary, isStrict: boolean): boolean {
  return passed > 0 && (isStrict ? failed : failedMust) === 0
}
