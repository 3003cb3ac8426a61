/** A segment becomes an expression: rules become `and`, `or` and `not`, conditions become operators. */
import type { DiagnosticSink } from '../../ruleset/diagnostic.js'
import { assertNever } from '../../ruleset/json.js'
import type { Expr } from '../../ruleset/types.js'
import type { Condition, FlagsmithEnvironment, Rule, RuleType, Segment } from './document.js'
import { parseModulo } from './modulo.js'
import { propertyExpression } from './property-expression.js'
import { parseFloatText } from './python-values.js'

/** What a segment's conditions need to know. */
export interface SegmentScope {
  readonly environment: FlagsmithEnvironment
  readonly needsIdentity: boolean
  readonly sink: DiagnosticSink
}

/** The expression that is true for a segment's members; the literal false where it has none. */
export function segmentExpression(segment: Segment, scope: SegmentScope): Expr {
  // A segment without rules matches nobody, a rule without conditions matches everybody.
  if (segment.rules.length === 0) return false
  const rules = segment.rules.map((rule, index) =>
    ruleExpression(rule, { ...scope, seed: segment.seed, path: [...segment.path, 'rules', String(index)] }),
  )
  return allOf(scope.needsIdentity ? [['not', ['isNull', ['key']]], ...rules] : rules)
}

interface RuleScope extends SegmentScope {
  readonly seed: string
  readonly path: readonly string[]
}

/** Both a rule's own conditions and its nested rules, each combined by its type, must hold; none of a kind holds. */
function ruleExpression({ type, conditions, rules }: Rule, scope: RuleScope): Expr {
  const within = (member: string, index: number): RuleScope => ({
    ...scope,
    path: [...scope.path, member, String(index)],
  })
  return allOf([
    combine(
      type,
      conditions.map((condition, index) => conditionExpression(condition, within('conditions', index))),
    ),
    combine(
      type,
      rules.map((rule, index) => ruleExpression(rule, within('rules', index))),
    ),
  ])
}

function combine(type: RuleType, parts: readonly Expr[]): Expr {
  if (parts.length === 0) return true
  switch (type) {
    case 'ALL':
      return allOf(parts)
    case 'ANY':
      return anyOf(parts)
    case 'NONE':
      return negated(anyOf(parts))
    default:
      return assertNever(type)
  }
}

function allOf(parts: readonly Expr[]): Expr {
  const open = parts.filter((part) => part !== true)
  if (open.includes(false)) return false
  return open.length > 1 ? ['and', ...open] : (open[0] ?? true)
}

function anyOf(parts: readonly Expr[]): Expr {
  const open = parts.filter((part) => part !== false)
  if (open.includes(true)) return true
  return open.length > 1 ? ['or', ...open] : (open[0] ?? false)
}

function negated(part: Expr): Expr {
  return typeof part === 'boolean' ? !part : ['not', part]
}

const comparisons: ReadonlyMap<string, string> = new Map([
  ['EQUAL', 'flagsmith.equal'],
  ['NOT_EQUAL', 'flagsmith.notEqual'],
  ['GREATER_THAN', 'flagsmith.greater'],
  ['GREATER_THAN_INCLUSIVE', 'flagsmith.greaterEqual'],
  ['LESS_THAN', 'flagsmith.less'],
  ['LESS_THAN_INCLUSIVE', 'flagsmith.lessEqual'],
  ['CONTAINS', 'flagsmith.contains'],
  ['NOT_CONTAINS', 'flagsmith.notContains'],
])

/** The literal false, with a diagnostic, for a condition that the vendor's engine would stumble over. */
function conditionExpression(condition: Condition, scope: RuleScope): Expr {
  const { operator, value } = condition
  if (operator === 'IN') return value === null ? never(scope, 'IN needs a value') : member(condition, value, scope)
  if (typeof value === 'object' && value !== null) return never(scope, `${operator} takes one value, not a list`)
  const comparison = comparisons.get(operator)
  // Python prints a missing value as `None` and compares with that.
  const text = value ?? 'None'
  if (comparison !== undefined) return [comparison, text, found(condition, scope)]
  switch (operator) {
    case 'IS_SET':
      return ['flagsmith.isSet', found(condition, scope)]
    case 'IS_NOT_SET':
      return ['not', ['flagsmith.isSet', found(condition, scope)]]
    case 'REGEX':
      return ['matches', ['flagsmith.text', found(condition, scope)], text, 'python', 'prefix']
    case 'MODULO':
      return moduloExpression(condition, text, scope)
    case 'PERCENTAGE_SPLIT':
      return percentageExpression(condition, text, scope)
    default:
      scope.sink.warning('UNKNOWN_OPERATOR', scope.path, `the operator "${operator}" is not known; it matches nobody`)
      return false
  }
}

function found({ property }: Condition, { environment, sink, path }: RuleScope): Expr {
  return propertyExpression(property, environment, sink, path)
}

function member(condition: Condition, value: string | readonly string[], scope: RuleScope): Expr {
  return ['flagsmith.in', value, found(condition, scope)]
}

function moduloExpression(condition: Condition, text: string, scope: RuleScope): Expr {
  const parsed = parseModulo(text)
  if (parsed === null) return never(scope, `MODULO needs "divisor|remainder", not "${text}"`)
  if (parsed.divisor === 0) return never(scope, 'MODULO cannot divide by 0')
  return ['flagsmith.modulo', text, found(condition, scope)]
}

function percentageExpression(condition: Condition, text: string, scope: RuleScope): Expr {
  const limit = parseFloatText(text)
  if (limit === null || Number.isNaN(limit)) return never(scope, `PERCENTAGE_SPLIT needs a number, not "${text}"`)
  // Without a property it is the identity's key, and that one is hashed as it is.
  const percentage: Expr =
    condition.property === ''
      ? ['flagsmith.bucket', scope.seed, ['flagsmith.identityKey', scope.environment.key]]
      : ['flagsmith.percent', scope.seed, found(condition, scope)]
  // JSON has no infinity, and beyond 100 all are the same.
  return ['lte', percentage, Math.max(-1, Math.min(limit, 100))]
}

function never({ sink, path }: RuleScope, why: string): Expr {
  sink.warning('INVALID_VALUE', path, `the condition matches nobody: ${why}`)
  return false
}
