/** Decisions, read plainly (rules D1 to D8). */
import { isOutcome } from '../ruleset/outcome-shape.js'
import type {
  Compute,
  Decision,
  Flag,
  Json,
  Outcome,
  RulesDecision,
  SplitDecision,
  SwitchDecision,
  ValueType,
} from '../ruleset/types.js'
import type { DecisionTrace, ExprTrace, OutcomeTrace, RangeTrace, RuleTrace } from './explanation.js'
import { applyView, evaluateExpr, failureOf } from './expressions.js'
import type { Interpretation } from './interpreter.js'

/** What a decision came to. */
export interface Decided {
  readonly outcome: Outcome | null
  readonly failed: boolean
  readonly trace: DecisionTrace
}

export interface DecisionContext {
  readonly flagKey: string
  readonly flag: Flag
  readonly interpretation: Interpretation
}

export function decide(decision: Decision, at: DecisionContext): Decided {
  if (decision === null) return { outcome: null, failed: false, trace: { step: 'nothing' } }
  if (typeof decision === 'number') return take(at.flag.outcomes[decision], { step: 'outcome', decided: decision }, at)
  if ('rules' in decision) return decideRules(decision, at)
  if ('split' in decision) return decideSplit(decision, at)
  if ('switch' in decision) return decideSwitch(decision, at)
  return decideTargets(decision.targets, at)
}

function failed(message: string, trace?: ExprTrace): Decided {
  return {
    outcome: null,
    failed: true,
    trace: { step: 'failed', message, ...(trace === undefined ? {} : { at: trace }) },
  }
}

function take(outcome: Outcome | undefined, trace: OutcomeTrace, at: DecisionContext): Decided {
  if (outcome?.compute === undefined) return { outcome: outcome ?? null, failed: false, trace }
  const computed = evaluateExpr(outcome.compute.from, at.interpretation)
  const failure = failureOf(computed.trace)
  if (failure !== null) return failed(failure, computed.trace)
  const result = computedOutcome(outcome, outcome.compute, computed.value, at.interpretation)
  return typeof result === 'string'
    ? failed(result, computed.trace)
    : { outcome: result, failed: false, trace: { ...trace, computed: computed.trace } }
}

const types: readonly ValueType[] = ['boolean', 'string', 'number', 'object']

/** The views of one result, or the message of the failure. */
function computedOutcome(
  source: Outcome,
  compute: Compute,
  result: Json,
  interpretation: Interpretation,
): Outcome | string {
  const seen = (name: string): Json => applyView(name, result, interpretation)
  try {
    const value = seen(compute.value)
    if (value === null) return { ...source, reason: 'DEFAULT' }
    const variant = compute.variant === undefined ? undefined : seen(compute.variant)
    const views = types.flatMap((type) => (compute[type] === undefined ? [] : [[type, seen(compute[type])] as const]))
    return {
      ...source,
      value,
      ...(typeof variant === 'string' ? { variant } : {}),
      ...(views.length > 0 ? { as: Object.fromEntries(views.filter(([, view]) => view !== null)) } : {}),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function decideRules(decision: RulesDecision, at: DecisionContext): Decided {
  const rules: RuleTrace[] = []
  for (const [index, { when, then, name }] of decision.rules.entries()) {
    const condition = evaluateExpr(when, at.interpretation)
    const named = name === undefined ? {} : { name }
    const failure = failureOf(condition.trace)
    if (failure !== null) {
      rules.push({ ...named, matched: false, when: condition.trace })
      return {
        outcome: null,
        failed: true,
        trace: { step: 'rules', rules, else: { step: 'failed', message: failure } },
      }
    }
    if (condition.value !== true) {
      rules.push({ ...named, matched: false, when: condition.trace })
      continue
    }
    const inner = decide(then, at)
    rules.push({ ...named, matched: true, when: condition.trace, then: inner.trace })
    if (!inner.failed && inner.outcome === null) continue
    const unreached = decision.rules.length - index - 1
    return { ...inner, trace: { step: 'rules', rules, ...(unreached === 0 ? {} : { unreached }) } }
  }
  const otherwise = decide(decision.else ?? null, at)
  return { ...otherwise, trace: { step: 'rules', rules, else: otherwise.trace } }
}

function decideSplit(decision: SplitDecision, at: DecisionContext): Decided {
  const { value, trace: number } = evaluateExpr(decision.split, at.interpretation)
  const failure = failureOf(number)
  if (failure !== null) return failed(failure, number)
  const otherwise = decision.else ?? null
  const ranges = decision.arms.map((arm) => rangeOf(arm, at))
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const inner = decide(decision.missing === undefined ? otherwise : decision.missing, at)
    return { ...inner, trace: { step: 'split', number, ranges, fallback: 'missing', then: inner.trace } }
  }
  const closed = decision.closed === true
  const arm = decision.arms.find(([from, to]) => from <= value && (closed ? value <= to : value < to))
  const inner = decide(arm === undefined ? otherwise : arm[2], at)
  const way = arm === undefined ? { fallback: 'else' as const } : { arm: { from: arm[0], to: arm[1], closed } }
  return { ...inner, trace: { step: 'split', number, ranges, ...way, then: inner.trace } }
}

function rangeOf([from, to, then]: SplitDecision['arms'][number], { flag }: DecisionContext): RangeTrace {
  const outcomes = outcomesIn(then, flag)
  const variant = onlyOne(outcomes.map((outcome) => outcome?.variant))
  const value = onlyOne(outcomes.map((outcome) => outcome?.value))
  return { from, to, ...(variant === undefined ? {} : { variant }), ...(value === undefined ? {} : { value }) }
}

/** Where a decision can lead, by a split within a split too; undefined for what cannot be told. */
function outcomesIn(decision: Decision, flag: Flag): (Outcome | undefined)[] {
  if (typeof decision === 'number') return [flag.outcomes[decision]]
  if (decision === null || !('split' in decision)) return [undefined]
  const { arms, missing, else: otherwise = null } = decision
  const ways = [...arms.map(([, , then]) => then), otherwise, ...(missing === undefined ? [] : [missing])]
  return ways.flatMap((way) => outcomesIn(way, flag))
}

function onlyOne<Item>(items: readonly Item[]): Item | undefined {
  const [first, ...others] = new Set(items)
  return others.length > 0 ? undefined : first
}

function decideSwitch(decision: SwitchDecision, at: DecisionContext): Decided {
  const { value, trace: on } = evaluateExpr(decision.switch, at.interpretation)
  const failure = failureOf(on)
  if (failure !== null) return failed(failure, on)
  const otherwise = decision.else ?? null
  if (value === null) {
    const inner = decide(decision.missing === undefined ? otherwise : decision.missing, at)
    return { ...inner, trace: { step: 'switch', on, fallback: 'missing', then: inner.trace } }
  }
  const found = decision.cases.find(([match]) =>
    Array.isArray(match) ? match.includes(value as never) : match === value,
  )
  const inner = decide(found === undefined ? otherwise : found[1], at)
  return {
    ...inner,
    trace: { step: 'switch', on, ...(found === undefined ? { fallback: 'else' } : {}), then: inner.trace },
  }
}

/** This evaluation's individual assignment for this flag, otherwise the inner decision (rule D6). */
function decideTargets(inner: Decision, at: DecisionContext): Decided {
  const { targetingKey, question } = at.interpretation
  const targets = question.ruleset.targets ?? {}
  const entry = targetingKey !== null && Object.hasOwn(targets, targetingKey) ? targets[targetingKey] : undefined
  const assigned = Object.hasOwn(entry ?? {}, at.flagKey) ? entry?.[at.flagKey] : undefined
  const outcome = typeof assigned === 'number' ? at.flag.outcomes[assigned] : isOutcome(assigned) ? assigned : undefined
  if (outcome !== undefined) {
    const then: OutcomeTrace = { step: 'outcome', decided: typeof assigned === 'number' ? assigned : -1 }
    const taken = typeof assigned === 'number' ? take(outcome, then, at) : { outcome, failed: false, trace: then }
    return { ...taken, trace: { step: 'targets', targetingKey, assigned: true, then: taken.trace } }
  }
  const decided = decide(inner, at)
  return { ...decided, trace: { step: 'targets', targetingKey, assigned: false, then: decided.trace } }
}
