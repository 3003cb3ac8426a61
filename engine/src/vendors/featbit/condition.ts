/** Conditions of rules and segments become expressions. */
import type { DiagnosticSink } from '../../ruleset/diagnostic.js'
import type { Expr } from '../../ruleset/types.js'
import type { Condition } from './document.js'
import { isBlank, parseDotnetDouble } from './text.js'

/** What the parts of one environment share while they are translated. */
export interface TranslationScope {
  readonly segmentIds: ReadonlySet<string>
  /** What becomes of a condition on an attribute that the user does not have. */
  readonly missingAttributes: 'empty-string' | 'no-match'
  readonly sink: DiagnosticSink
  /** The list for `in`: inline where it is short, otherwise one of the ruleset's lists, named after the path. */
  membersOf(items: readonly string[], path: readonly string[]): Expr
}

const inSegment = 'User is in segment'
const notInSegment = 'User is not in segment'

/** All conditions of a flag's rule, which may ask for segments; none is true. */
export function ruleCondition(
  conditions: readonly Condition[],
  path: readonly string[],
  scope: TranslationScope,
): Expr {
  return allOf(
    conditions.map((condition, index) => {
      const at = [...path, 'conditions', String(index)]
      if (condition.property === inSegment) return inAnySegment(condition, at, scope)
      if (condition.property === notInSegment) return not(inAnySegment(condition, at, scope))
      return attributeCondition(condition, at, scope)
    }),
  )
}

/** All conditions of a segment's rule: segments do not nest, so the property is always an attribute. */
export function segmentRuleCondition(
  conditions: readonly Condition[],
  path: readonly string[],
  scope: TranslationScope,
): Expr {
  return allOf(
    conditions.map((condition, index) => attributeCondition(condition, [...path, 'conditions', String(index)], scope)),
  )
}

/** The segments that a flag's condition asks for, none where it asks for something else or its list cannot be read. */
export function segmentIdsOf({ property, value }: Condition): readonly string[] {
  if (property !== inSegment && property !== notInSegment) return []
  const ids = value === null ? undefined : parseTextList(value)
  return (ids ?? []).filter((id) => id !== null)
}

function allOf(conditions: readonly Expr[]): Expr {
  const [first = true, ...others] = conditions
  return others.length === 0 ? first : ['and', ...conditions]
}

function not(expr: Expr): Expr {
  return typeof expr === 'boolean' ? !expr : ['not', expr]
}

/** A list that cannot be read, or a segment that is not there, fails the flag when it is reached, not before. */
function inAnySegment({ value }: Condition, path: readonly string[], scope: TranslationScope): Expr {
  const ids = value === null ? undefined : parseTextList(value)
  if (ids === undefined) return malformedList(path, scope)
  const memberships = (ids ?? []).map((id): Expr => {
    if (id !== null && scope.segmentIds.has(id)) return ['segment', id]
    scope.sink.error('UNKNOWN_REFERENCE', [...path, 'value'], `there is no segment ${JSON.stringify(id)}`)
    return ['fail', 'unknown segment']
  })
  const [first = false, ...others] = memberships
  return others.length === 0 ? first : ['or', ...memberships]
}

const negations: ReadonlyMap<string, string> = new Map([
  ['NotEqual', 'Equal'],
  ['NotContain', 'Contains'],
  ['NotMatchRegex', 'MatchRegex'],
  ['NotOneOf', 'IsOneOf'],
])

function attributeCondition(condition: Condition, path: readonly string[], scope: TranslationScope): Expr {
  const { property, op, value } = condition
  if (op === null || value === null) return false
  const isKey = property === 'keyId'
  const attribute: Expr = isKey ? ['key'] : isBlank(property) ? null : ['attr', property]
  const subject: Expr = isKey ? attribute : ['featbit.text', attribute]
  const negated = negations.get(op)
  const expr =
    negated === undefined
      ? comparison({ op, value }, subject, path, scope)
      : not(comparison({ op: negated, value }, subject, path, scope))
  if (scope.missingAttributes === 'empty-string') return expr
  return ['and', not(['isNull', attribute]), expr]
}

interface Comparison {
  readonly op: string
  readonly value: string
}

/** All operators but the negative ones; one that FeatBit does not know is never true. */
function comparison({ op, value }: Comparison, subject: Expr, path: readonly string[], scope: TranslationScope): Expr {
  switch (op) {
    case 'LessThan':
      return compareNumbers('lt', subject, value)
    case 'LessEqualThan':
      return compareNumbers('lte', subject, value)
    case 'BiggerThan':
      return compareNumbers('gt', subject, value)
    case 'BiggerEqualThan':
      return compareNumbers('gte', subject, value)
    case 'Equal':
      return ['eq', subject, value]
    case 'Contains':
      return ['contains', subject, value]
    case 'StartsWith':
      return ['startsWith', subject, value]
    case 'EndsWith':
      return ['endsWith', subject, value]
    case 'MatchRegex':
      return ['matches', subject, value, 'dotnet']
    case 'IsOneOf':
      return isOneOf(subject, value, path, scope)
    case 'IsTrue':
      return ['eq', ['lower', subject], 'true']
    case 'IsFalse':
      return ['eq', ['lower', subject], 'false']
    default:
      scope.sink.warning('UNKNOWN_OPERATOR', [...path, 'op'], `FeatBit has no operator ${JSON.stringify(op)}`)
      return false
  }
}

function compareNumbers(operator: 'lt' | 'lte' | 'gt' | 'gte', subject: Expr, value: string): Expr {
  const number = parseDotnetDouble(value)
  if (number === null) return false
  // JSON carries no infinities, so those are read again where they are compared.
  return [operator, ['featbit.number', subject], Number.isFinite(number) ? number : ['featbit.number', value]]
}

function isOneOf(subject: Expr, value: string, path: readonly string[], scope: TranslationScope): Expr {
  const items = parseTextList(value)
  if (items === undefined) return malformedList(path, scope)
  const texts = (items ?? []).filter((item) => item !== null)
  return texts.length === 0 ? false : ['in', subject, scope.membersOf(texts, [...path, 'value'])]
}

function malformedList(path: readonly string[], scope: TranslationScope): Expr {
  scope.sink.error('INVALID_VALUE', [...path, 'value'], 'expected JSON text of a list of texts: the flag fails here')
  return ['fail', 'malformed list']
}

/** JSON text of a list of texts, or of null. Undefined for anything else. */
function parseTextList(text: string): readonly (string | null)[] | null | undefined {
  try {
    const value = JSON.parse(text) as unknown
    if (value === null) return null
    return Array.isArray(value) && value.every(isTextOrNull) ? value : undefined
  } catch {
    return undefined
  }
}

function isTextOrNull(item: unknown): item is string | null {
  return item === null || typeof item === 'string'
}
