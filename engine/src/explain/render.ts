/** An explanation as text that a person reads. */
import { isRecord } from '../ruleset/json.js'
import type { Json } from '../ruleset/types.js'
import type { ExplainedOutcome, Explanation } from './explanation.js'
import { type Line, linesText } from './line.js'
import { seenIn } from './phrase.js'
import { verdictOf } from './render-condition.js'
import { decisionLines } from './render-decision.js'
import { nameText, rawText, valueText } from './value-text.js'
import type { Wording } from './wording.js'

/** The answer, then the way to it: every rule that was tried, every condition with what it saw. Ends with a line break. */
export function render(explanation: Explanation, wording: Wording): string {
  return linesText([explanationLine(explanation, wording)], 0)
}

function explanationLine({ flagKey, outcome, decision }: Explanation, wording: Wording): Line {
  const way = decision === null ? [] : wayLines(decision, outcome, wording)
  return { text: `${nameText(flagKey)} ${answerText(outcome)}`, below: [...aboutLines(outcome), ...way] }
}

function wayLines(
  decision: NonNullable<Explanation['decision']>,
  outcome: ExplainedOutcome,
  wording: Wording,
): readonly Line[] {
  if (decision.step === 'outcome' && decision.computed === undefined) return [{ text: sameForAll(outcome) }]
  return decisionLines(decision, {
    outcome,
    wording,
    mark: verdictOf,
    seen: (trace) => seenIn(trace, wording),
    flagLines: (flag) => [explanationLine(flag, wording)],
  })
}

/** Of a flag that has nothing to decide. */
function sameForAll({ reason }: ExplainedOutcome): string {
  switch (reason) {
    case 'DISABLED':
      return 'The flag is disabled: everybody gets this answer.'
    case 'ERROR':
      return 'The flag cannot be used as it is: everybody gets this error.'
    default:
      return 'The flag has nothing to decide: everybody gets this answer.'
  }
}

function answerText({ value, variant, reason, errorCode, errorDetails }: ExplainedOutcome): string {
  if (errorCode !== undefined) {
    return `fails with ${rawText(errorCode)}${errorDetails === undefined ? '' : `: ${rawText(errorDetails)}`}`
  }
  const answer = value === undefined ? "the application's default" : valueText(value)
  return `= ${answer}${variant === undefined ? '' : `, variant ${nameText(variant)}`}, reason ${rawText(reason)}`
}

function aboutLines({ as = {}, metadata = {} }: ExplainedOutcome): readonly Line[] {
  return [membersLine('as another type', as), membersLine('metadata', metadata)].flat()
}

function membersLine(title: string, members: unknown): readonly Line[] {
  const entries = isRecord(members) ? Object.entries(members as { readonly [name: string]: Json }) : []
  const text = entries.map(([name, value]) => `${nameText(name)} ${valueText(value)}`).join(', ')
  return entries.length === 0 ? [] : [{ text: `${title}: ${text}` }]
}
