/** `fractional` with its variants and weights written out becomes a split. */
import type { Decision, Expr, Json } from '../../../ruleset/types.js'
import { current, legacy, type Share } from '../dialect/fractional.js'
import { callOf, isList, isLiteral, isText } from './rule.js'
import type { RuleTranslator } from './rule-translator.js'
import { rootScope } from './scope.js'

/** Where the arms of the split lead. */
export interface SplitTargets {
  outcomeOf(variant: Json): number
  byDefault(): number
  /** The same rule as a computed answer. */
  computed(): Decision
}

/** @returns null where the shares are not known, or wrong: then the operator has to look at them when evaluating */
export function staticFractional(args: Json, translator: RuleTranslator, targets: SplitTargets): Decision | null {
  const bucketing = translator.bucketing === 'legacy' ? legacy : current
  if (!isList(args) || args.length < bucketing.minArguments) return null
  const [first = null, ...others] = args
  const buckets = isList(first) ? args : others
  const isSeeded = isText(first) || callOf(first) !== null
  if (!isSeeded && first !== null && !isList(first)) return null
  if (!buckets.every(isLiteral)) return null
  const shares = buckets.map(bucketing.shareOf)
  if (!shares.every(isPositive)) return null
  const total = bucketing.totalOf(shares)
  if (total === null || total === 0) return null

  // A seed that is no text may still be a bucket of its own, or wrong: the operator knows.
  const isSeedText = !isSeeded || isText(first) || isTextOperator(first)
  return {
    split: [operatorName('bucket', translator), total, seedOf(isSeeded ? first : null, translator)],
    arms: armsOf(shares, bucketing.boundsOf(shares, total), targets),
    missing: isSeedText ? targets.byDefault() : targets.computed(),
    else: targets.outcomeOf(bucketing.remainder),
  }
}

function isPositive(share: Share | null): share is Share {
  return share !== null && share.weight >= 0
}

function isTextOperator(rule: Json): boolean {
  const operator = callOf(rule)?.operator
  return operator === 'cat' || operator === 'substr'
}

function seedOf(first: Json, translator: RuleTranslator): Expr {
  const value = translator.valueOf(first, rootScope)
  if (isText(first) || isTextOperator(first)) return value
  return [operatorName('seed', translator), translator.flagKey, value, ['key']]
}

function operatorName(name: string, { bucketing }: RuleTranslator): string {
  return bucketing === 'legacy' ? `flagd.${name}Legacy` : `flagd.${name}`
}

/** Shares of nothing have no arm. */
function armsOf(
  shares: readonly Share[],
  bounds: readonly number[],
  targets: SplitTargets,
): [from: number, to: number, then: number][] {
  return shares.flatMap(({ variant }, position): [number, number, number][] => {
    const [from, to] = [bounds[position - 1] ?? 0, bounds[position] as number]
    return from < to ? [[from, to, targets.outcomeOf(variant)]] : []
  })
}
