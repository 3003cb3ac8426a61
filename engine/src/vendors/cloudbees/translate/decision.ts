/**
 * An expression becomes rules wherever its possible results are constants or comparisons: the service writes
 * `ifThen(condition, value, ifThen(..))`. What else there is becomes computed outcomes.
 */
import type { OutcomeTable } from '../../../ruleset/outcome-table.js'
import type { Decision, Reason, Rule } from '../../../ruleset/types.js'
import type { Expression } from '../roxx/parse.js'
import { branchesOf, type Call, isCall, type Node } from '../roxx/syntax.js'
import { expressionOf, guardOf } from './expression.js'
import { computedOutcome, constantOutcome, expressionFailed, notAValue } from './outcomes.js'
import type { ExpressionScope } from './scope.js'

/** Always decides: there is an else everywhere. */
export function decisionOf({ root, seeds }: Expression, scope: ExpressionScope, outcomes: OutcomeTable): Decision {
  const guard = guardOf(seeds, scope)
  const isStatic = guard === null && !(root.kind === 'call' && root.isDynamic)
  const decision = decide(root, isStatic ? 'STATIC' : 'DEFAULT', { scope, outcomes })
  if (guard === null) return decision
  const failing: Rule = { name: 'guard', when: guard, then: outcomes.add(expressionFailed) }
  if (typeof decision === 'object' && decision !== null && 'rules' in decision) {
    return { ...decision, rules: [failing, ...decision.rules] }
  }
  return { rules: [failing], else: decision }
}

interface Deciding {
  readonly scope: ExpressionScope
  readonly outcomes: OutcomeTable
}

/** @param reason why this node is what answers, by the conditions on the way to it */
function decide(node: Node, reason: Reason, deciding: Deciding): Decision {
  const { scope, outcomes } = deciding
  if (node.kind === 'literal') return outcomes.add(constantOutcome(node.value, node.isPlain, reason))
  if (node.kind !== 'call') return outcomes.add(notAValue)
  if (isCall(node, 'ifThen')) return decideBranches(node, reason, deciding)
  if (node.isBoolean) {
    const answer = (value: boolean, why: Reason): number => outcomes.add(constantOutcome(value, true, why))
    const then = answer(true, afterMatch(node, reason))
    return { rules: [{ when: expressionOf(node, scope), then }], else: answer(false, afterMiss(node, reason)) }
  }
  return outcomes.add(computedOutcome(expressionOf(node, scope), afterMatch(node, reason)))
}

function decideBranches(node: Call, reason: Reason, deciding: Deciding): Decision {
  const { branches, otherwise } = branchesOf(node)
  const rules = branches.map(({ condition, value }, position): Rule => {
    const then = decide(value, afterMatch(condition, reason), deciding)
    return { name: `rule ${position + 1}`, when: expressionOf(condition, deciding.scope), then }
  })
  return { rules, else: decide(otherwise, afterMiss(branches.at(-1)?.condition, reason), deciding) }
}

/** The reason where a condition is true: percentages outweigh everything else on the way. */
function afterMatch(condition: Node, reason: Reason): Reason {
  if (condition.kind !== 'call' || !condition.isDynamic || reason === 'SPLIT') return reason
  return condition.isSplit ? 'SPLIT' : 'TARGETING_MATCH'
}

/** The reason where the last condition is false: who is not in a percentage was put there by it. */
function afterMiss(condition: Node | undefined, reason: Reason): Reason {
  return condition?.kind === 'call' && condition.isSplit ? 'SPLIT' : reason
}
