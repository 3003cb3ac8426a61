/** A flag as a person would tell it: what is looked at, in which order, and what comes out. Nobody's context is needed. */
import type { Dialect } from '../ruleset/dialect.js'
import type {
  Decision,
  Flag,
  Outcome,
  Ruleset,
  RulesDecision,
  Scalar,
  SplitDecision,
  SwitchDecision,
} from '../ruleset/types.js'
import type { ExprTrace } from './explanation.js'
import type { Line } from './line.js'
import { callIn, phraseOf } from './phrase.js'
import { conditionLines, type ConditionRenderer, innerLines, structureIn, valueLines } from './render-condition.js'
import { ruleName } from './render-decision.js'
import { itemsText, nameText, rawText, valueText } from './value-text.js'
import type { Wording } from './wording.js'
import { WrittenExpressions } from './written.js'

/** More arms, cases or rules than that are not read by anybody. */
const maxShown = 100

interface Description extends ConditionRenderer {
  readonly ruleset: Ruleset
  readonly flagKey: string
  readonly flag: Flag
  readonly expressions: WrittenExpressions
}

/**
 * The rules of a flag in plain words.
 *
 * @returns null for a flag that does not exist
 */
export function describe(
  ruleset: Ruleset,
  flagKey: string,
  dialects: ReadonlyMap<string, Dialect>,
  wording: Wording,
): readonly Line[] | null {
  const flag = Object.hasOwn(ruleset.flags, flagKey) ? ruleset.flags[flagKey] : undefined
  if (flag === undefined) return null
  const description: Description = {
    ruleset,
    flagKey,
    flag,
    wording,
    expressions: new WrittenExpressions(ruleset, dialects),
    mark: () => '',
    seen: () => [],
    flagLines: () => [],
  }
  try {
    return typeof flag.decide === 'number'
      ? [forEverybody(flag.outcomes[flag.decide], description)]
      : decisionLines(flag.decide, description)
  } catch {
    // A flag whose rules are no rules is told of by the diagnostics.
    return [{ text: 'The flag cannot be evaluated.' }]
  }
}

/** Of a flag that has nothing to decide; its answer can be put together all the same. */
function forEverybody(outcome: Outcome | undefined, description: Description): Line {
  const [line, ...more] = outcomeLines(outcome, description)
  return line?.below === undefined
    ? { text: `Everybody: ${answerText(outcome)}.` }
    : { text: `Everybody: ${line.text}`, below: [...line.below, ...more] }
}

function decisionLines(decision: Decision, description: Description): readonly Line[] {
  if (decision === null) return [{ text: 'nothing: what comes next is tried' }]
  if (typeof decision === 'number') return outcomeLines(description.flag.outcomes[decision], description)
  if ('rules' in decision) return rulesLines(decision, description)
  if ('split' in decision) return splitLines(decision, description)
  if ('switch' in decision) return switchLines(decision, description)
  return [...assignmentLines(description), ...decisionLines(decision.targets, description)]
}

function outcomeLines(outcome: Outcome | undefined, description: Description): readonly Line[] {
  const { compute } = outcome ?? {}
  if (compute === undefined) return [{ text: answerText(outcome) }]
  return [{ text: 'computed from', below: valueLines(description.expressions.read(compute.from), description) }]
}

function answerText(outcome: Outcome | undefined): string {
  const { variant, value, errorCode, errorDetails, reason } = outcome ?? {}
  if (errorCode !== undefined || reason === 'ERROR') {
    return `the error ${rawText(errorCode ?? 'GENERAL')}${errorDetails === undefined ? '' : ` (${rawText(errorDetails)})`}`
  }
  const disabled = reason === 'DISABLED' ? ', as the flag is disabled' : ''
  const shown = value === undefined ? "the application's default" : valueText(value)
  return variant === undefined ? `${shown}${disabled}` : `variant ${nameText(variant)} (${shown})${disabled}`
}

/** What a decision leads to, behind a colon where it is an answer, below where it is more. */
function leadsTo(text: string, decision: Decision, description: Description): Line {
  const isAnswer = typeof decision === 'number' && description.flag.outcomes[decision]?.compute === undefined
  if (isAnswer) return { text: `${text}: ${answerText(description.flag.outcomes[decision])}` }
  return { text: `${text}:`, below: decisionLines(decision, description) }
}

function rulesLines({ rules, else: otherwise }: RulesDecision, description: Description): readonly Line[] {
  const lines = rules.slice(0, maxShown).map(({ name, when, then }, index): Line => {
    const conditions = conditionLines(description.expressions.read(when), description)
    return { text: `Rule ${ruleName(name, index + 1)}, if`, below: [...conditions, leadsTo('then', then, description)] }
  })
  if (rules.length > maxShown) lines.push({ text: `(${rules.length - maxShown} more rules)` })
  return otherwise === undefined ? lines : [...lines, leadsTo('Otherwise', otherwise, description)]
}

function splitLines(decision: SplitDecision, description: Description): readonly Line[] {
  const { arms, missing, else: otherwise, closed = false } = decision
  const number = description.expressions.read(decision.split)
  const ranges = arms.slice(0, maxShown).map(([from, to, then]) => {
    return leadsTo(`from ${from} to ${closed ? to : `below ${to}`}`, then, description)
  })
  if (arms.length > maxShown) ranges.push({ text: `(${arms.length - maxShown} more ranges)` })
  const hashed = hashLines(number, description)
  const without = hashed.length > 0 ? 'where there is nothing to hash' : 'where there is none'
  if (missing !== undefined) ranges.push(leadsTo(without, missing, description))
  if (otherwise !== undefined && otherwise !== missing) ranges.push(leadsTo('anything else', otherwise, description))
  return [
    {
      text: `Split by ${phraseOf(number, description.wording)}`,
      below: [...partsOf(number, description), ...ranges],
    },
  ]
}

function switchLines(decision: SwitchDecision, description: Description): readonly Line[] {
  const { cases, missing, else: otherwise } = decision
  const on = description.expressions.read(decision.switch)
  const lines = cases.slice(0, maxShown).map(([match, then]) => leadsTo(caseText(match), then, description))
  if (cases.length > maxShown) lines.push({ text: `(${cases.length - maxShown} more cases)` })
  if (missing !== undefined && missing !== otherwise) lines.push(leadsTo('where there is none', missing, description))
  if (otherwise !== undefined) lines.push(leadsTo('anything else', otherwise, description))
  const isKey = callIn(on)?.operator === 'key'
  const text = isKey ? 'Individual targets, by targeting key' : `By ${phraseOf(on, description.wording)}`
  return [{ text, below: [...partsOf(on, description), ...lines] }]
}

function caseText(match: Scalar | readonly Scalar[]): string {
  return typeof match === 'object' && match !== null ? itemsText(match) : valueText(match)
}

/** How a number or a text comes about, where more than a sentence is to be said about it. */
function partsOf(trace: ExprTrace, description: Description): readonly Line[] {
  if (structureIn(trace, description) !== null) return valueLines(trace, description)
  return [...hashLines(trace, description), ...innerLines(trace, description)]
}

/** What is hashed for a bucket. */
function hashLines(trace: ExprTrace, { wording }: Description): readonly Line[] {
  const call = callIn(trace)
  const hash = call === null ? undefined : wording(call.operator)?.hash
  const hashed = call?.arguments.filter((argument) => !('static' in argument)) ?? []
  if (hash === undefined || hashed.length === 0) return []
  return [{ text: `${hash} of ${hashed.map((argument) => phraseOf(argument, wording)).join(', ')}` }]
}

function assignmentLines({ ruleset: { targets = {} }, flagKey }: Description): readonly Line[] {
  const count = Object.values(targets).filter((entry) => Object.hasOwn(entry, flagKey)).length
  if (count === 0) return [{ text: 'Individual assignments: none at present' }]
  return [
    { text: `Individual assignments come first: ${count} targeting ${count === 1 ? 'key has' : 'keys have'} one` },
  ]
}
