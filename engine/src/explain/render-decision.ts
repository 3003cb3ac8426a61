/** A decision as lines, in the order in which it was made. */
import type {
  DecisionTrace,
  ExplainedOutcome,
  ExprTrace,
  OutcomeTrace,
  RangeTrace,
  RulesTrace,
  RuleTrace,
  SplitTrace,
  SwitchTrace,
  TargetsTrace,
} from './explanation.js'
import { assertNever } from '../ruleset/json.js'
import type { Line } from './line.js'
import { callIn, phraseOf } from './phrase.js'
import { conditionLines, type ConditionRenderer, innerLines, structureIn, valueLines } from './render-condition.js'
import { nameText, rawText, valueText } from './value-text.js'

/** What the steps of one flag's decision need to know. */
export interface DecisionRenderer extends ConditionRenderer {
  readonly outcome: ExplainedOutcome
}

export function decisionLines(trace: DecisionTrace, renderer: DecisionRenderer): readonly Line[] {
  switch (trace.step) {
    case 'outcome':
      return outcomeLines(trace, renderer)
    case 'nothing':
      return [{ text: 'Nothing is decided here: what comes next is tried.' }]
    case 'rules':
      return rulesLines(trace, renderer)
    case 'split':
      return splitLines(trace, renderer)
    case 'switch':
      return switchLines(trace, renderer)
    case 'targets':
      return targetsLines(trace, renderer)
    case 'malformed':
      return [{ text: `The flag cannot be evaluated: ${rawText(trace.message)}.` }]
    case 'failed': {
      const below = trace.at === undefined ? [] : howLines(trace.at, renderer)
      return [{ text: `The evaluation fails: ${rawText(trace.message)}.`, below }]
    }
    default:
      return assertNever(trace)
  }
}

function outcomeLines({ computed }: OutcomeTrace, renderer: DecisionRenderer): readonly Line[] {
  const text = `Answer: ${answerText(renderer.outcome)}.`
  return [computed === undefined ? { text } : { text: 'Answer: computed.', below: valueLines(computed, renderer) }]
}

function answerText({ variant, value, errorCode }: ExplainedOutcome): string {
  if (errorCode !== undefined) return `the error ${rawText(errorCode)}`
  if (variant !== undefined) return `variant ${nameText(variant)}`
  return value === undefined ? "the application's default" : valueText(value)
}

function rulesLines({ rules, unreached = 0, else: otherwise }: RulesTrace, renderer: DecisionRenderer): Line[] {
  const lines = rules.map((rule, index) => ruleLine(rule, index + 1, renderer))
  if (unreached > 0) lines.push({ text: `(${unreached} more ${unreached === 1 ? 'rule' : 'rules'} not reached)` })
  if (otherwise === undefined) return lines
  if (otherwise.step === 'outcome') {
    lines.push({ text: rules.some(({ matched }) => matched) ? 'No rule decides.' : 'No rule matches.' })
  }
  return [...lines, ...decisionLines(otherwise, renderer)]
}

function ruleLine({ name, matched, when, then }: RuleTrace, number: number, renderer: DecisionRenderer): Line {
  const isFailed = 'failed' in when && when.failed !== undefined
  const verdict = isFailed ? 'fails' : matched ? 'matches' : 'does not match'
  return {
    text: `Rule ${ruleName(name, number)} ${verdict}:`,
    below: [...conditionLines(when, renderer), ...(then === undefined ? [] : decisionLines(then, renderer))],
  }
}

/** Some rules have a name, of others only their place is known, and some are named after their place. */
export function ruleName(name: string | undefined, number: number): string {
  if (name === undefined) return String(number)
  return /^rule (\d+)$/i.exec(name)?.[1] ?? valueText(name)
}

function splitLines(trace: SplitTrace, renderer: DecisionRenderer): readonly Line[] {
  const { number, ranges, then } = trace
  const below = [...howLines(number, renderer), ...(ranges.length === 0 ? [] : [{ text: rangesText(ranges) }])]
  return [{ text: splitText(trace, renderer), below }, ...decisionLines(then, renderer)]
}

function splitText({ number, arm, fallback }: SplitTrace, { wording }: DecisionRenderer): string {
  const subject = `Split by ${phraseOf(number, wording)}`
  if (fallback === 'missing') return `${subject}: there is none.`
  const shown = valueText(number.value ?? null)
  if (arm === undefined) return `${subject}: ${shown} is in none of the ranges.`
  const { from, to, closed } = arm
  return `${subject}: ${shown} is in the range from ${from} to ${closed ? `${to}, both included` : `below ${to}`}.`
}

const maxRanges = 20

function rangesText(ranges: readonly RangeTrace[]): string {
  const shown = ranges.slice(0, maxRanges).map((range) => `${range.from} to ${range.to}${targetText(range)}`)
  const more = ranges.length - shown.length
  return `ranges: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The variant, with its value where that is short and says more. */
function targetText({ variant, value = null }: RangeTrace): string {
  const isScalar = value !== null && typeof value !== 'object'
  if (variant === undefined) return isScalar ? ` is ${valueText(value)}` : ''
  const shown = isScalar && String(value) !== variant ? ` (${valueText(value)})` : ''
  return ` is ${nameText(variant)}${shown}`
}

function switchLines({ on, fallback, then }: SwitchTrace, renderer: DecisionRenderer): readonly Line[] {
  const next = decisionLines(then, renderer)
  const shown = valueText(on.value ?? null)
  if (callIn(on)?.operator === 'key') {
    const found = fallback === undefined ? `${shown} is one of them` : `${shown} is none of them`
    return [{ text: `Individual targets: ${on.value === null ? 'there is no targeting key' : found}.` }, ...next]
  }
  const found =
    fallback === 'missing' ? 'nothing' : `${shown}${fallback === 'else' ? ', which is none of the cases' : ''}`
  return [{ text: `By ${phraseOf(on, renderer.wording)}: ${found}.`, below: howLines(on, renderer) }, ...next]
}

function targetsLines({ targetingKey, assigned, then }: TargetsTrace, renderer: DecisionRenderer): readonly Line[] {
  const next = then === undefined ? [] : decisionLines(then, renderer)
  if (targetingKey === null) return [{ text: 'Individual assignment: none without a targeting key.' }, ...next]
  const found = assigned ? 'there is one' : 'none'
  return [{ text: `Individual assignment: ${found} for targeting key ${valueText(targetingKey)}.` }, ...next]
}

/** How a number or a text came about: the conditions that chose it, or what was seen. */
function howLines(trace: ExprTrace, renderer: DecisionRenderer): readonly Line[] {
  if (structureIn(trace, renderer) !== null) return valueLines(trace, renderer)
  return [...renderer.seen(trace).map((text) => ({ text })), ...innerLines(trace, renderer)]
}
