/** A JSONLogic rule becomes an expression: one for its value, or one for its truth where only that matters. */
import type { Expr, Json } from '../../../ruleset/types.js'
import { isTruthy } from '../dialect/conversion.js'
import { eagerOperators } from '../dialect.js'
import { comparison, membership, versionComparison } from './comparison.js'
import { listOperator, listOperatorNames } from './list-operator.js'
import { callOf, constant, flatten, flattenElse, isBoolean, isList, isLiteral, type RuleCall } from './rule.js'
import { eagerCall, failing, type RuleTranslator } from './rule-translator.js'
import { relativeDepth, type RuleScope } from './scope.js'
import { variableValue } from './variable.js'

/** The translator of one flag's rule. */
export function createRuleTranslator(
  options: Pick<RuleTranslator, 'flagKey' | 'bucketing' | 'report'>,
): RuleTranslator {
  const translator: RuleTranslator = {
    ...options,
    clock: { turns: new Set(), isContinuous: false },
    valueOf: (rule, scope) => valueOf(rule, scope, translator),
    conditionOf: (rule, scope) => conditionOf(rule, scope, translator),
  }
  return translator
}

function valueOf(rule: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (isLiteral(rule)) return constant(rule)
  if (isList(rule)) return ['flagd.list', ...rule.map((item) => valueOf(item, scope, translator))]
  const call = callOf(rule) as RuleCall
  const form = forms.get(call.operator) ?? unknownOperator
  return form(call, scope, translator)
}

type Form = (call: RuleCall, scope: RuleScope, translator: RuleTranslator) => Expr

/** How each operator is written as an expression. */
const forms: ReadonlyMap<string, Form> = new Map<string, Form>([
  ...Array.from(eagerOperators.keys(), (name): [string, Form] => [name, eagerForm]),
  ...['==', '!=', '===', '!==', '<', '<=', '>', '>='].map((name): [string, Form] => [name, comparisonForm]),
  ...Array.from(listOperatorNames, (name): [string, Form] => [name, listForm]),
  ['and', junctionForm],
  ['or', junctionForm],
  ['if', conditionalForm],
  ['?:', conditionalForm],
  ['!', negationForm],
  ['!!', negationForm],
  ['in', ({ args }, scope, translator) => membership(args, scope, translator)],
  ['sem_ver', ({ args }, scope, translator) => versionComparison(args, scope, translator)],
  ['var', ({ args }, scope, translator) => variableValue(args, scope, translator)],
  ['missing', missingForm],
  ['missing_some', missingForm],
  ['fractional', fractionalForm],
])

function eagerForm({ operator, args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  return eagerCall(operator, args, scope, translator)
}

function comparisonForm({ operator, args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  return comparison(operator, args, scope, translator)
}

function listForm({ operator, args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  return listOperator(operator, args, scope, translator)
}

function missingForm({ operator, args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  return [`flagd.${operator}`, valueOf(args, scope, translator), relativeDepth(scope), translator.flagKey]
}

function unknownOperator({ operator }: RuleCall, _scope: RuleScope, translator: RuleTranslator): Expr {
  translator.report('UNKNOWN_OPERATOR', `flagd has no operator ${JSON.stringify(operator)}: the flag fails there`)
  return failing('unknown operator')
}

/** `and` and `or` answer with the operand that decides. */
function junctionForm({ operator, args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  if (!isList(args)) return failing(`${operator} takes a list of arguments`)
  if (args.length > 0 && args.every(isBoolean)) return junction(operator, args, scope, translator)
  return [`flagd.${operator}`, ...flatten(operator, args).map((arg) => valueOf(arg, scope, translator))]
}

function junction(operator: string, args: readonly Json[], scope: RuleScope, translator: RuleTranslator): Expr {
  const conditions = flatten(operator, args).map((arg) => conditionOf(arg, scope, translator))
  const [first = false, ...others] = conditions
  return others.length === 0 ? first : [operator, ...conditions]
}

/** Conditions stand at the even places, except for a last one that has no branch behind it: that is the else. */
function conditionalForm({ args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  if (!isList(args)) return failing('if takes a list of arguments')
  if (args.length === 0) return null
  const flat = flattenElse(args)
  const parts = flat.map((arg, position) => {
    const isCondition = position % 2 === 0 && position < flat.length - 1
    return isCondition ? conditionOf(arg, scope, translator) : valueOf(arg, scope, translator)
  })
  return ['flagd.if', ...parts]
}

/** Of an argument that is a list the first item counts, so one that may be a list is left to the operator. */
function negationForm({ operator, args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  const isWrittenOut = isList(args) && args.length === 1
  const operand = isWrittenOut ? (args[0] as Json) : args
  const isNeverList = isBoolean(args) || (!isList(args) && callOf(args) === null)
  if (!isWrittenOut && !isNeverList) return eagerCall(operator, args, scope, translator)
  const condition = conditionOf(operand, scope, translator)
  if (operator === '!!') return condition
  return typeof condition === 'boolean' ? !condition : ['not', condition]
}

/** Inside a list operator there is no flag key, and the targeting key is the element's. */
function fractionalForm({ args }: RuleCall, scope: RuleScope, translator: RuleTranslator): Expr {
  const operator = translator.bucketing === 'legacy' ? 'flagd.fractionalLegacy' : 'flagd.fractional'
  const flagKey = scope.own === 0 ? translator.flagKey : ''
  return [operator, flagKey, relativeDepth(scope), valueOf(args, scope, translator)]
}

function conditionOf(rule: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (isLiteral(rule)) return isTruthy(rule)
  const call = callOf(rule)
  if (call === null) return ['flagd.truthy', valueOf(rule, scope, translator)]
  const { operator, args } = call
  if ((operator === 'and' || operator === 'or') && isList(args)) return junction(operator, args, scope, translator)
  // For every item of a list they have their price, which core does not know.
  const isOnce = scope.depth === 0
  if (isOnce && (operator === 'starts_with' || operator === 'ends_with') && isList(args) && args.length === 2) {
    const core = operator === 'starts_with' ? 'startsWith' : 'endsWith'
    return [core, ...args.map((arg) => valueOf(arg, scope, translator))]
  }
  if (isBoolean(rule)) return valueOf(rule, scope, translator)
  return ['flagd.truthy', valueOf(rule, scope, translator)]
}
