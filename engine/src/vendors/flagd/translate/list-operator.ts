/** `map`, `filter`, `reduce`, `all`, `none` and `some`. */
import type { Expr, Json } from '../../../ruleset/types.js'
import { callOf, constant, isList } from './rule.js'
import { failing, type RuleTranslator } from './rule-translator.js'
import { bodyScope, maxListDepth, type RuleScope } from './scope.js'
import { variableValue } from './variable.js'

export const listOperatorNames: ReadonlySet<string> = new Set(['map', 'filter', 'reduce', 'all', 'none', 'some'])

/** The arguments must be written out as a list; with too few of them `map`, `filter` and `reduce` answer with nothing. */
export function listOperator(operator: string, args: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (!isList(args)) return failing(`${operator} takes a list of arguments`)
  const [list, body, start] = args
  if ((operator === 'map' || operator === 'filter') && args.length < 2) return { const: [] }
  if (operator === 'reduce' && args.length < 3) return 0
  if (list === undefined) return failing(`${operator} takes a list`)

  const inner = bodyScope(operator, scope)
  if (inner.depth > maxListDepth) {
    translator.report('LIMIT', `list operators stand in each other more than ${maxListDepth} deep`)
    return failing('list operators nested too deep')
  }
  const subject = subjectOf(list, scope, translator)
  const perItem = bodyOf(operator, body, inner, translator)
  if (operator !== 'reduce') return [`flagd.${operator}`, subject, perItem]
  const isStart = start !== undefined && !isList(start)
  const first = isStart ? translator.valueOf(start, scope) : failing('reduce starts with a scalar')
  return ['flagd.reduce', subject, perItem, first]
}

/** A list that is written out is taken as it is: rules in it are not evaluated. A scalar is no list. */
function subjectOf(list: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (isList(list)) return constant(list)
  const call = callOf(list)
  if (call?.operator === 'var') return variableValue(call.args, scope, translator, 'insertedSubject')
  if (call !== null) return translator.valueOf(list, scope)
  return typeof list === 'object' ? constant(list) : null
}

/** Only `map` and `filter` take a body that is no object. */
function bodyOf(operator: string, body: Json | undefined, scope: RuleScope, translator: RuleTranslator): Expr {
  const isFree = operator === 'map' || operator === 'filter'
  if (!isFree && (typeof body !== 'object' || body === null || isList(body))) {
    return failing(`${operator} takes a rule for its body`)
  }
  const rule = body ?? null
  const call = callOf(rule)
  if (call?.operator === 'var') {
    return variableValue(call.args, scope, translator, isFree ? 'inserted' : 'insertedRule')
  }
  const isPredicate = operator !== 'map' && operator !== 'reduce'
  return isPredicate ? translator.conditionOf(rule, scope) : translator.valueOf(rule, scope)
}
