/** The report for people. */
import { protocolVersion } from '../rules/references.js'
import type { Level, Rule, RuleGroup, Verdict } from '../rules/rule.js'
import { ruleGroups } from '../rules/rules.js'
import type { RuleResult } from '../run-suite.js'
import { summaryOf, type Summary } from './summary.js'

/** Formats results as a table by group; the last line counts. @param baseUrl of the server */
export function formatTable(results: readonly RuleResult[], baseUrl: URL): string {
  const groups = ruleGroups.flatMap((group) => {
    const lines = results.filter(({ rule }) => group.rules.includes(rule)).map(formatResult)
    return lines.length === 0 ? [] : [`\n${group.title}\n${lines.join('')}`]
  })
  return `OFREP ${protocolVersion}: ${baseUrl.href}\n${groups.join('')}\n${formatSummary(summaryOf(results))}`
}

/** Formats all rules, without a server. */
export function formatRules(groups: readonly RuleGroup[] = ruleGroups): string {
  return groups.map(({ title, rules }) => `${title}\n${rules.map(formatRule).join('')}`).join('\n')
}

function formatRule(rule: Rule): string {
  return `  ${factsOf(rule)}\n${indented(rule.reference.url)}`
}

function formatResult({ rule, verdict }: RuleResult): string {
  return `  ${wordOf(rule.level, verdict)}  ${factsOf(rule)}\n${detailsOf(rule, verdict)}`
}

function factsOf({ id, level, title, reference }: Rule): string {
  return `${level.padEnd(6)}  ${id.padEnd(idWidth)}  ${title} [${reference.text}]`
}

const idWidth = Math.max(...ruleGroups.flatMap(({ rules }) => rules.map(({ id }) => id.length)))

function wordOf(level: Level, { status }: Verdict): string {
  if (status === 'passed') return 'pass'
  if (status === 'skipped') return 'skip'
  return level === 'MAY' ? 'none' : 'FAIL'
}

function detailsOf({ level, reference }: Rule, verdict: Verdict): string {
  switch (verdict.status) {
    case 'passed':
      return ''
    case 'skipped':
      return indented(verdict.reason)
    case 'failed':
      return [...firstOf(verdict.problems), ...(level === 'MAY' ? [] : [reference.url])].map(indented).join('')
  }
}

/** The other reports have all of them. */
const maxProblems = 3

function firstOf(problems: readonly string[]): readonly string[] {
  const more = problems.length - maxProblems
  return more > 0 ? [...problems.slice(0, maxProblems), `and ${more} more (--json shows all)`] : problems
}

function indented(text: string): string {
  return `        ${text}\n`
}

function formatSummary({ passed, failed, failedMust, failedShould, absent, skipped }: Summary): string {
  const failures = failed === 0 ? '' : ` (${failedMust} MUST, ${failedShould} SHOULD)`
  return `${passed} passed, ${failed} failed${failures}, ${absent} optional absent, ${skipped} skipped\n`
}
