/** A rule's condition becomes an expression. */
import type { DiagnosticSink } from '../../ruleset/diagnostic.js'
import { parseGoFloat } from '../../ruleset/go-number.js'
import type { Expr } from '../../ruleset/types.js'
import type { TargetingRule } from './document.js'

/**
 * Whether the rule matches. Without the trait it never does; a trait of another type than the operator's makes the comparison
 * false, which a negated rule turns into a match.
 */
export function ruleCondition(rule: TargetingRule, path: readonly string[], sink: DiagnosticSink): Expr {
  const { traitKey, traitValue, operator, negate } = rule
  reportUnevaluated(rule, path, sink)
  const compare = comparisons.get(operator)
  if (compare === undefined) {
    const message = `Flagbase has no operator ${JSON.stringify(operator)}: the rule never matches`
    sink.error('UNKNOWN_OPERATOR', [...path, 'operator'], message)
    return false
  }
  if (traitKey === 'targetingKey') {
    const message = 'the attribute of that name is the targeting key and no trait: the rule never matches'
    sink.warning('UNSUPPORTED_FEATURE', [...path, 'traitKey'], message)
    return false
  }
  const matches = compare(['attr', traitKey], traitValue, (message) =>
    sink.warning('INVALID_VALUE', [...path, 'traitValue'], message),
  )
  return ['and', ['has', traitKey], negate ? ['not', matches] : matches]
}

/** The server looks at the trait of every rule, and those on segments and identities have one whose name is empty. */
function reportUnevaluated({ ruleType, traitKey }: TargetingRule, path: readonly string[], sink: DiagnosticSink): void {
  if (ruleType !== 'segment' && ruleType !== 'identity') return
  const instead = traitKey === '' ? 'never matches' : `compares the trait ${JSON.stringify(traitKey)}`
  const message = `Flagbase evaluates the trait of a rule and never its ${ruleType}: this rule ${instead}`
  sink.warning('UNSUPPORTED_FEATURE', [...path, 'ruleType'], message)
}

type Comparison = (trait: Expr, value: string, report: (message: string) => void) => Expr

const comparisons: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ['equal', (trait, text) => ['eq', trait, text]],
  ['contains', (trait, text) => ['contains', trait, text]],
  ['regex', (trait, pattern) => ['matches', trait, pattern, 're2']],
  ['greater_than', comparisonWithNumber('gt')],
  ['greater_than_or_equal', comparisonWithNumber('gte')],
])

/** The server reads the number as Go's `ParseFloat` does. */
function comparisonWithNumber(operator: 'gt' | 'gte'): Comparison {
  return (trait, text, report) => {
    const parsed = parseGoFloat(text)
    if (parsed === null || parsed.isOutOfRange || Number.isNaN(parsed.value)) {
      report(`${JSON.stringify(text)} is no number to compare with: the comparison is always false`)
      return false
    }
    // A ruleset carries no infinities. No trait reaches the positive one, every number exceeds the negative one.
    if (parsed.value === Infinity) return false
    if (parsed.value === -Infinity) return ['gte', trait, -Number.MAX_VALUE]
    return [operator, trait, parsed.value]
  }
}
