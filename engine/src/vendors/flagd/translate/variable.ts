/** `var` becomes reads of the context, or of the elements around the rule. */
import { plainDecimal } from '../../../ruleset/go-number.js'
import type { Expr, Json } from '../../../ruleset/types.js'
import { callOf, isList, isText } from './rule.js'
import type { RuleTranslator } from './rule-translator.js'
import { inScope, isRoot, relativeDepth, type RuleScope } from './scope.js'

/** What becomes of a value that the daemon would write into the rule: see the operators of these names. */
export type Insertion = 'inserted' | 'insertedRule' | 'insertedSubject'

/** The value of `{"var": args}`. */
export function variableValue(
  args: Json,
  scope: RuleScope,
  translator: RuleTranslator,
  insertion: Insertion = 'inserted',
): Expr {
  // Paths without a name at the front are left alone when values are written into the rule.
  const isKept = isText(args) && (args === '' || args.startsWith('.'))
  const sources = isKept ? [] : scope.insertedFrom
  const reads = sources.map((source): Expr => {
    return [`flagd.${insertion}`, readIn(args, inScope(source, scope), translator)]
  })
  // What was looked up in its own scope already is not there.
  if (sources.at(-1) !== scope.own) reads.push(readIn(args, inScope(scope.own, scope), translator))
  const [only = null, ...others] = reads
  return others.length === 0 ? only : ['first', ...reads]
}

function readIn(args: Json, scope: RuleScope, translator: RuleTranslator): Expr {
  if (isText(args)) return readPath(args, scope, translator)
  if (typeof args === 'number') return readPath(plainDecimal(args), scope, translator)
  if (args === null && scope.own === 0) return null
  if (isList(args) && isText(args[0]) && args.length <= 2) {
    const [path, fallback = null] = args
    const value = readPath(path, scope, translator)
    return fallback === null ? value : ['flagd.default', value, translator.valueOf(fallback, scope)]
  }
  return readComputed(translator.valueOf(args, scope), scope, translator)
}

function readPath(path: string, scope: RuleScope, translator: RuleTranslator): Expr {
  if (scope.own !== 0) return ['flagd.var', path, relativeDepth(scope)]
  const [first, second, ...others] = path.split('.').filter((name) => name !== '')
  if (first === undefined || (first === '$flagd' && second === undefined)) {
    return readComputed(path, scope, translator)
  }
  if (first === '$flagd') return others.length === 0 ? flagdProperty(second, translator) : null
  return second === undefined ? ['attr', first] : ['flagd.var', path, -1]
}

function flagdProperty(name: string | undefined, translator: RuleTranslator): Expr {
  if (name === 'flagKey') return translator.flagKey
  if (name !== 'timestamp') return null
  translator.clock.isContinuous = true
  return timestamp
}

function readComputed(argument: Expr, scope: RuleScope, translator: RuleTranslator): Expr {
  if (scope.own === 0) translator.clock.isContinuous = true
  return ['flagd.varOf', argument, relativeDepth(scope), translator.flagKey]
}

/** `$flagd.timestamp`: Unix seconds. */
export const timestamp: Expr = ['flagd.timestamp', ['now']]

export function isTimestamp(rule: Json, scope: RuleScope): boolean {
  const call = callOf(rule)
  return call?.operator === 'var' && call.args === '$flagd.timestamp' && isRoot(scope)
}
