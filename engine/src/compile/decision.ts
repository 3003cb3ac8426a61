/** Decisions become closures over outcomes (rules D1 to D8). */
import type { Operand } from '../ruleset/dialect.js'
import { isRecord } from '../ruleset/json.js'
import type { Decision, RulesDecision, Scalar, SplitDecision, SwitchDecision } from '../ruleset/types.js'
import type { Decide } from './compiled-flag.js'
import { compileExpression } from './expression.js'
import type { ExpressionScope } from './expression-scope.js'
import { SpoiledPart } from './spoiled-part.js'

/** What a decision needs besides its expressions. */
export interface DecisionScope extends ExpressionScope {
  readonly flagKey: string
  /** One answer per listed outcome; a computed one builds it when asked. */
  readonly answers: readonly Decide[]
  /** The answer of an individual assignment, or null when this evaluation has none for this flag. */
  readonly assigned: Decide
}

const undecided: Decide = () => null

export function compileDecision(decision: Decision, scope: DecisionScope): Decide {
  if (decision === null) return undecided
  if (typeof decision === 'number') return answerAt(decision, scope)
  if (typeof decision !== 'object' || Array.isArray(decision))
    throw new SpoiledPart('BAD_ARGUMENTS', `not a decision: ${JSON.stringify(decision)}`)
  if ('rules' in decision) return compileRules(decision, scope)
  if ('split' in decision) return compileSplit(decision, scope)
  if ('switch' in decision) return compileSwitch(decision, scope)
  if ('targets' in decision) {
    const inner = compileDecision(decision.targets, scope)
    const { assigned } = scope
    return (state) => assigned(state) ?? inner(state)
  }
  return unknownShape(decision)
}

function answerAt(index: number, { answers }: DecisionScope): Decide {
  const answer = answers[index]
  if (answer === undefined) throw new SpoiledPart('BAD_OUTCOME', `there is no outcome ${index}, only ${answers.length}`)
  return answer
}

/** A shape of a later version: this reader cannot know what it means, so its flag is unsupported (rule V2). */
function unknownShape(decision: object): never {
  throw new SpoiledPart(
    'UNKNOWN_OPERATOR',
    `this engine does not know a decision with ${Object.keys(decision).join(', ') || 'no members'}`,
  )
}

/** The first rule that is true and decides something, else `else` (rule D3). */
function compileRules(decision: RulesDecision, scope: DecisionScope): Decide {
  const conditions: Operand[] = []
  const decisions: Decide[] = []
  for (const rule of listOf('rules', decision.rules, isRecord)) {
    const { operand, constant } = compileExpression(rule.when, scope)
    if (constant !== undefined && constant.value !== true) continue
    conditions.push(operand)
    decisions.push(compileDecision(rule.then, scope))
  }
  const otherwise = compileDecision(decision.else ?? null, scope)
  const [condition, then] = [conditions[0], decisions[0]]
  if (condition === undefined || then === undefined) return otherwise
  if (conditions.length === 1) {
    return (state) => (condition(state) === true ? then(state) : null) ?? otherwise(state)
  }
  return (state) => {
    for (let position = 0; position < conditions.length; position += 1) {
      if ((conditions[position] as Operand)(state) !== true) continue
      const outcome = (decisions[position] as Decide)(state)
      if (outcome !== null) return outcome
    }
    return otherwise(state)
  }
}

/** The first arm whose interval holds the number (rule D4). */
function compileSplit(decision: SplitDecision, scope: DecisionScope): Decide {
  const { operand } = compileExpression(decision.split, scope)
  const otherwise = compileDecision(decision.else ?? null, scope)
  const missing = decision.missing === undefined ? otherwise : compileDecision(decision.missing, scope)
  const arms = listOf('arms', decision.arms, Array.isArray).map(([from, to, then]) => {
    if (typeof from !== 'number' || typeof to !== 'number')
      throw new SpoiledPart('BAD_ARGUMENTS', 'an arm is [from, to, decision]')
    return { from, to, decide: compileDecision(then, scope) }
  })
  const isClosed = decision.closed === true
  return (state) => {
    const number = operand(state)
    if (typeof number !== 'number' || !Number.isFinite(number)) return missing(state)
    for (const arm of arms) {
      if (number >= arm.from && (isClosed ? number <= arm.to : number < arm.to)) return arm.decide(state)
    }
    return otherwise(state)
  }
}

/** The first case that is identical in type and value, by one look-up (rule D5). */
function compileSwitch(decision: SwitchDecision, scope: DecisionScope): Decide {
  const { operand } = compileExpression(decision.switch, scope)
  const otherwise = compileDecision(decision.else ?? null, scope)
  const missing = decision.missing === undefined ? otherwise : compileDecision(decision.missing, scope)
  const cases = new Map<unknown, Decide>()
  for (const [match, then] of listOf('cases', decision.cases, Array.isArray)) {
    const decide = compileDecision(then, scope)
    for (const value of Array.isArray(match) ? (match as readonly Scalar[]) : [match as Scalar]) {
      if (!cases.has(value)) cases.set(value, decide)
    }
  }
  return (state) => {
    const value = operand(state)
    if (value === null) return missing(state)
    return (cases.get(value) ?? otherwise)(state)
  }
}

/** The items of a list in a decision, each of the right shape. */
function listOf<T>(name: string, list: readonly T[], isItem: (item: unknown) => boolean): readonly T[] {
  if (!Array.isArray(list) || !list.every(isItem))
    throw new SpoiledPart('BAD_ARGUMENTS', `malformed ${name} in a decision`)
  return list
}
