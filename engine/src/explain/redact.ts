/** An explanation without the values of the context it was made in. */
import { assertNever, fromEntries, isRecord } from '../ruleset/json.js'
import type { Flat, Json, JsonObject } from '../ruleset/types.js'
import type {
  ArgumentTrace,
  CallTrace,
  DecisionTrace,
  ExplainedOutcome,
  Explanation,
  ExprTrace,
  RangeTrace,
  RuleTrace,
} from './explanation.js'
import { placeholderOf } from './placeholder.js'
import type { Wording } from './wording.js'

/** Shorter texts say little, and stand in everything. */
const minTextLength = 3

/**
 * Replaces what an expression made of the context by its type, such as `<string>`. What a condition came to stays, and so do
 * buckets and the clock. A text of the rule is replaced too where it contains a text of the context of three characters or
 * more: a condition that holds would tell it. Only flag keys, operators, reasons and error codes always stay.
 */
export function redact(explanation: Explanation, context: JsonObject, wording: Wording): Explanation {
  return redactExplanation(explanation, { texts: [...textsIn(context)], wording })
}

interface Redaction {
  /** What must not be seen. */
  readonly texts: readonly string[]
  readonly wording: Wording
}

/** All texts among the values, however deep they are nested. */
function textsIn(value: Json, found: Set<string> = new Set()): Set<string> {
  if (typeof value === 'string' && value.length >= minTextLength) found.add(value)
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) textsIn(inner, found)
  return found
}

function redactExplanation({ flagKey, outcome, decision }: Explanation, redaction: Redaction): Explanation {
  const isComputed = decision !== null && endsComputed(decision)
  return {
    flagKey,
    outcome: redactOutcome(outcome, isComputed, redaction),
    decision: decision === null ? null : redactDecision(decision, redaction),
  }
}

/** Whether the decision came to an outcome that was made of the context. */
function endsComputed(trace: DecisionTrace): boolean {
  switch (trace.step) {
    case 'outcome':
      return trace.computed !== undefined
    case 'rules':
      return [...trace.rules.map(({ then }) => then), trace.else].some(
        (next) => next !== undefined && endsComputed(next),
      )
    case 'split':
    case 'switch':
      return endsComputed(trace.then)
    case 'targets':
      return trace.then !== undefined && endsComputed(trace.then)
    default:
      return false
  }
}

function redactOutcome(outcome: ExplainedOutcome, isComputed: boolean, redaction: Redaction): ExplainedOutcome {
  const { value, variant, errorDetails, as, metadata } = outcome
  const replace = (given: Json): Json => (isComputed ? placeholderOf(given) : withoutTexts(given, redaction))
  return {
    ...outcome,
    ...(value === undefined ? {} : { value: replace(value) }),
    ...(variant === undefined ? {} : { variant: isComputed ? '<string>' : withoutText(variant, redaction) }),
    ...(errorDetails === undefined ? {} : { errorDetails: withoutText(errorDetails, redaction) }),
    ...(as === undefined ? {} : { as: fromEntries(Object.entries(as).map(([type, view]) => [type, replace(view)])) }),
    ...(metadata === undefined ? {} : { metadata: withoutTexts(metadata, redaction) as Flat }),
  }
}

function redactDecision(trace: DecisionTrace, redaction: Redaction): DecisionTrace {
  switch (trace.step) {
    case 'outcome':
      return { ...trace, ...(trace.computed === undefined ? {} : { computed: redactExpr(trace.computed, redaction) }) }
    case 'rules':
      return {
        ...trace,
        rules: trace.rules.map((rule) => redactRule(rule, redaction)),
        ...(trace.else === undefined ? {} : { else: redactDecision(trace.else, redaction) }),
      }
    case 'split':
      return {
        ...trace,
        number: redactExpr(trace.number, redaction),
        ranges: trace.ranges.map((range) => redactRange(range, redaction)),
        then: redactDecision(trace.then, redaction),
      }
    case 'switch':
      return { ...trace, on: redactExpr(trace.on, redaction), then: redactDecision(trace.then, redaction) }
    case 'targets':
      return {
        ...trace,
        targetingKey: placeholderOf(trace.targetingKey),
        ...(trace.then === undefined ? {} : { then: redactDecision(trace.then, redaction) }),
      }
    case 'malformed':
      return { ...trace, message: withoutText(trace.message, redaction) }
    case 'failed':
      return {
        ...trace,
        message: withoutText(trace.message, redaction),
        ...(trace.at === undefined ? {} : { at: redactExpr(trace.at, redaction) }),
      }
    case 'nothing':
      return trace
    default:
      return assertNever(trace)
  }
}

function redactRange(range: RangeTrace, redaction: Redaction): RangeTrace {
  const { value } = range
  return {
    ...range,
    ...withoutTextIn(range, 'variant', redaction),
    ...(value === undefined ? {} : { value: withoutTexts(value, redaction) }),
  }
}

function redactRule(rule: RuleTrace, redaction: Redaction): RuleTrace {
  return {
    ...rule,
    ...withoutTextIn(rule, 'name', redaction),
    when: redactExpr(rule.when, redaction),
    ...(rule.then === undefined ? {} : { then: redactDecision(rule.then, redaction) }),
  }
}

function redactExpr(trace: ExprTrace, redaction: Redaction): ExprTrace {
  return 'operator' in trace ? redactCall(trace, redaction) : { value: withoutTexts(trace.value, redaction) }
}

function redactArgument(trace: ArgumentTrace, redaction: Redaction): ArgumentTrace {
  if ('skipped' in trace) return trace
  return 'static' in trace ? { static: withoutTexts(trace.static, redaction) } : redactExpr(trace, redaction)
}

function redactCall(call: CallTrace, redaction: Redaction): CallTrace {
  const { value, failed, hashInput, segment, flag } = call
  return {
    ...call,
    arguments: call.arguments.map((argument) => redactArgument(argument, redaction)),
    ...(value === undefined ? {} : { value: redactValue(value, call, redaction) }),
    ...(failed === undefined ? {} : { failed: withoutText(failed, redaction) }),
    ...(hashInput === undefined ? {} : { hashInput: '<string>' }),
    ...(segment === undefined ? {} : { segment: redactSegment(segment, redaction) }),
    ...(flag === undefined ? {} : { flag: redactExplanation(flag, redaction) }),
  }
}

/** The clock and chance are no secret. */
const openReads: ReadonlySet<string> = new Set(['now', 'random'])

function redactValue(value: Json, { operator, hashInput }: CallTrace, { wording }: Redaction): Json {
  const isVerdict = typeof value === 'boolean' && wording(operator)?.reads !== true
  const isOpen = typeof value === 'number' && (hashInput !== undefined || openReads.has(operator))
  return isVerdict || isOpen ? value : placeholderOf(value)
}

type SegmentTrace = NonNullable<CallTrace['segment']>

function redactSegment(segment: SegmentTrace, redaction: Redaction): SegmentTrace {
  const { when } = segment
  return {
    ...withoutTextIn(segment, 'name', redaction),
    ...(when === undefined ? {} : { when: redactExpr(when, redaction) }),
  }
}

function withoutTextIn<Name extends string>(
  of: { readonly [name in Name]?: string },
  name: Name,
  redaction: Redaction,
): { readonly [name in Name]?: string } {
  const text = of[name]
  return text === undefined ? {} : ({ [name]: withoutText(text, redaction) } as { readonly [name in Name]?: string })
}

/** A text of the rule, unless it contains one of the context. */
function withoutText(text: string, { texts }: Redaction): string {
  return texts.some((secret) => text.includes(secret)) ? '<string>' : text
}

/** The same for all texts in a value, the names of members included. */
function withoutTexts(value: Json, redaction: Redaction): Json {
  if (typeof value === 'string') return withoutText(value, redaction)
  if (Array.isArray(value)) return value.map((item) => withoutTexts(item as Json, redaction))
  if (!isRecord(value)) return value
  const members = Object.entries(value)
  return fromEntries(members.map(([name, inner]) => [withoutText(name, redaction), withoutTexts(inner, redaction)]))
}
