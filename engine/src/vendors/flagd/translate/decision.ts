/** The rule of a flag becomes a decision, as flat as it can be without changing an answer. */
import type { Decision, Expr, Json, Rule } from '../../../ruleset/types.js'
import { byCodeUnits } from '../../../ruleset/json.js'
import { staticFractional } from './fractional.js'
import type { OutcomeList } from './outcomes.js'
import { callOf, flattenElse, isBoolean, isConditional, isList, isLiteral } from './rule.js'
import type { RuleTranslator } from './rule-translator.js'
import { rootScope } from './scope.js'

/** What a flag's decision is made of. */
export interface DecisionContext {
  readonly translator: RuleTranslator
  readonly outcomes: OutcomeList
  /** Names of all variants. */
  readonly variants: readonly string[]
}

/** Deeper branches are left to expressions: a decision grows faster than the rule it stands for. */
const maxBranchDepth = 16
/** The same for rules with very many computed branches, each of which would list all variants. */
const maxCases = 2_000
const maxShownCharacters = 100

/** Always decides: there is an else everywhere. */
export function decisionOf(rule: Json, context: DecisionContext): Decision {
  const cases = { left: maxCases }
  const decision = branchDecision(rule, { ...context, cases, depth: 0 }, false)
  return cases.left >= 0 ? decision : anyVariant(context.translator.valueOf(rule, rootScope), context)
}

interface Branch extends DecisionContext {
  readonly cases: { left: number }
  readonly depth: number
}

/** @param isClause the rule stands in a branch of `if`, where the daemon looks at answers once more */
function branchDecision(rule: Json, branch: Branch, isClause: boolean): Decision {
  const { translator, outcomes } = branch
  if (isLiteral(rule)) return literalDecision(rule, branch)
  const call = callOf(rule)
  if (call !== null && isConditional(call) && branch.depth < maxBranchDepth) return conditional(call.args, branch)
  if (isBoolean(rule)) {
    const when = translator.conditionOf(rule, rootScope)
    if (typeof when === 'boolean') return outcomes.byAnswer(when)
    return { rules: [{ when, then: outcomes.byAnswer(true) }], else: outcomes.byAnswer(false) }
  }
  if (call?.operator === 'fractional') {
    const split = staticFractional(call.args, translator, {
      outcomeOf: (variant) => outcomes.byAnswer(variant),
      byDefault: () => outcomes.byDefault(),
      computed: () => computedDecision(rule, branch, isClause),
    })
    if (split !== null) return split
  }
  return computedDecision(rule, branch, isClause)
}

function literalDecision(rule: Json, { translator, outcomes }: Branch): Decision {
  const outcome = outcomes.byAnswer(rule)
  if (outcomes.outcomes[outcome]?.errorCode === 'GENERAL') {
    const shown = JSON.stringify(rule).slice(0, maxShownCharacters)
    translator.report('INVALID_VALUE', `targeting answers ${shown}, which is no variant: that is an error`)
  }
  return outcome
}

/** A chain of `if` becomes a list of rules; conditions that are known already are decided here. */
function conditional(args: Json, branch: Branch): Decision {
  const { translator, outcomes } = branch
  if (!isList(args)) return outcomes.failed()
  const inner = { ...branch, depth: branch.depth + 1 }
  const flat = flattenElse(args)
  const rules: Rule[] = []
  for (let position = 0; position < flat.length; position += 2) {
    const [condition = null, clause] = flat.slice(position, position + 2)
    if (clause === undefined) return afterRules(rules, branchDecision(condition, inner, true))
    const when = translator.conditionOf(condition, rootScope)
    if (when === true) return afterRules(rules, branchDecision(clause, inner, true))
    if (when !== false) rules.push({ when, then: branchDecision(clause, inner, true) })
  }
  return afterRules(rules, outcomes.byDefault())
}

function afterRules(rules: readonly Rule[], otherwise: Decision): Decision {
  return rules.length === 0 ? otherwise : { rules, else: otherwise }
}

function computedDecision(rule: Json, branch: Branch, isClause: boolean): Decision {
  const value = branch.translator.valueOf(rule, rootScope)
  branch.cases.left -= branch.variants.length
  return anyVariant(isClause && mayBeObject(rule) ? ['flagd.clause', value] : value, branch)
}

/** Whatever the rule answers, by name. */
function anyVariant(answer: Expr, { outcomes, variants }: DecisionContext): Decision {
  const byDefault = outcomes.byDefault()
  return {
    switch: ['flagd.variant', answer],
    cases: variants.toSorted(byCodeUnits).map((name) => [name, outcomes.byName(name)]),
    missing: byDefault,
    else: outcomes.unknownVariant(),
  }
}

const objectOperators: ReadonlySet<string> = new Set(['var', 'and', 'or', 'set'])

function mayBeObject(rule: Json): boolean {
  return objectOperators.has(callOf(rule)?.operator ?? '')
}
