/** Comparisons: core operators where they mean the same for every context, flagd's own elsewhere. */
import type { Expr, Json } from '../../../ruleset/types.js'
import { toComparable } from '../dialect/conversion.js'
import { isList, isNumber, isText } from './rule.js'
import { eagerCall, type RuleTranslator } from './rule-translator.js'
import type { RuleScope } from './scope.js'
import { isTimestamp, timestamp } from './variable.js'

type Compare = (a: Expr, b: Expr) => Expr

const equal: Compare = (a, b) => ['eq', a, b]
const unequal: Compare = (a, b) => ['not', ['eq', a, b]]

/** The core's comparisons, strict in type: the same as flagd's where both operands are numbers. */
const ofNumbers: ReadonlyMap<string, Compare> = new Map<string, Compare>([
  ['==', equal],
  ['===', equal],
  ['!=', unequal],
  ['!==', unequal],
  ['<', (a, b) => ['lt', a, b]],
  ['<=', (a, b) => ['lte', a, b]],
  ['>', (a, b) => ['gt', a, b]],
  ['>=', (a, b) => ['gte', a, b]],
])

/** `==`, `<` and their kin. */
export function comparison(operator: string, args: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (!isList(args) || args.length !== 2) return eagerCall(operator, args, scope, translator)
  const [a = null, b = null] = args
  return (
    clockComparison(operator, [a, b], scope, translator) ??
    literalComparison(operator, [a, b], scope, translator) ??
    literalComparison(operator, [b, a], scope, translator) ??
    eagerCall(operator, args, scope, translator)
  )
}

type Pair = readonly [Json, Json]

/** With the clock against a number it is known when the answer may change. */
function clockComparison(operator: string, [a, b]: Pair, scope: RuleScope, { clock }: RuleTranslator): Expr | null {
  const compare = ofNumbers.get(operator)
  if (compare === undefined) return null
  if (isTimestamp(a, scope) && isNumber(b)) {
    clock.turns.add(Math.floor(b))
    return compare(timestamp, b)
  }
  if (isNumber(a) && isTimestamp(b, scope)) {
    clock.turns.add(Math.floor(a))
    return compare(a, timestamp)
  }
  return null
}

/** Equality with a literal that nothing is converted for. */
function literalComparison(
  operator: string,
  [literal, other]: Pair,
  scope: RuleScope,
  translator: RuleTranslator,
): Expr | null {
  const isStrict = operator === '===' || operator === '!=='
  if (!isStrict && operator !== '==' && operator !== '!=') return null
  if (typeof literal === 'object' && literal !== null) return null
  // Text that is no number equals only itself; any other literal may equal a value of another type.
  const isExact = isStrict || literal === null || (isText(literal) && Number.isNaN(toComparable(literal)))
  if (!isExact) return null
  const value = translator.valueOf(other, scope)
  const holds: Expr = literal === null ? ['isNull', value] : ['eq', value, literal]
  return operator.startsWith('!') ? ['not', holds] : holds
}

/** `in` with the list written out. */
export function membership(args: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (isList(args) && args.length === 2) {
    const [needle = null, list = null] = args
    if (isList(list) && list.every((item) => isText(item) || isNumber(item))) {
      return ['flagd.inList', translator.valueOf(needle, scope), list]
    }
  }
  return eagerCall('in', args, scope, translator)
}

/** `sem_ver` with the operator and the second version written out. */
export function versionComparison(args: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (isList(args) && args.length === 3) {
    const [actual = null, operator, version] = args
    if (isText(operator) && (isText(version) || isNumber(version))) {
      return ['flagd.semVerOf', translator.valueOf(actual, scope), operator, version]
    }
  }
  return eagerCall('sem_ver', args, scope, translator)
}
