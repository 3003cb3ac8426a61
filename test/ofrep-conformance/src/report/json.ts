/** The report for programs. */
import { protocolVersion } from '../rules/references.js'
import type { RuleResult } from '../run-suite.js'
import { isConformant, summaryOf } from './summary.js'

export interface ReportOptions {
  readonly baseUrl: URL
  /** Whether rules of level SHOULD count, too. */
  readonly isStrict: boolean
}

/** Formats results as one JSON object; README.md describes its members. */
export function formatJson(results: readonly RuleResult[], { baseUrl, isStrict }: ReportOptions): string {
  const summary = summaryOf(results)
  const report = {
    protocol: protocolVersion,
    server: baseUrl.href,
    conformant: isConformant(summary, isStrict),
    summary,
    results: results.map(({ rule, verdict, durationMs }) => {
      const { id, level, title, reference } = rule
      return { rule: id, level, title, reference, ...verdict, durationMs: Math.round(durationMs) }
    }),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}
