/** The report for continuous integration: JUnit's XML, a suite for each group of rules. */
import { ruleGroups } from '../rules/rules.js'
import type { RuleResult } from '../run-suite.js'

/** Formats results. What a server may leave out, and what counts only when strict, is skipped rather than failed. */
export function formatJunit(results: readonly RuleResult[], isStrict: boolean): string {
  const suites = ruleGroups.flatMap(({ name, rules }) => {
    const inside = results.filter(({ rule }) => rules.includes(rule))
    if (inside.length === 0) return []
    const cases = inside.map((result) => formatCase(result, isStrict))
    const count = (element: string): number => cases.filter((text) => text.includes(`<${element}`)).length
    const numbers = `tests="${cases.length}" failures="${count('failure')}" skipped="${count('skipped')}"`
    return [`  <testsuite name="${name}" ${numbers}>\n${cases.join('')}  </testsuite>\n`]
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ofrep-conformance">\n${suites.join('')}</testsuites>\n`
}

function formatCase({ rule, verdict, durationMs }: RuleResult, isStrict: boolean): string {
  const name = escaped(`${rule.id}: ${rule.title}`)
  const start = `    <testcase classname="ofrep" name="${name}" time="${(durationMs / 1_000).toFixed(3)}"`
  if (verdict.status === 'passed') return `${start}/>\n`
  const isCounted = rule.level === 'MUST' || (rule.level === 'SHOULD' && isStrict)
  const text = escaped(verdict.status === 'failed' ? verdict.problems.join('\n') : verdict.reason)
  const isFailure = verdict.status === 'failed' && isCounted
  const inside = isFailure
    ? `<failure message="${rule.level}: ${escaped(rule.reference.text)}">${text}\n${escaped(rule.reference.url)}</failure>`
    : `<skipped message="${rule.level}: ${text}"/>`
  return `${start}>${inside}</testcase>\n`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What XML has no way to say becomes a question mark. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '?')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? '')
}
