/** A condition as lines: what had to hold, whether it did, and what was seen. */
import type { ArgumentTrace, CallTrace, Explanation, ExprTrace } from './explanation.js'
import type { Line } from './line.js'
import { callIn, phraseOf } from './phrase.js'
import { rawText, valueText } from './value-text.js'
import type { Wording } from './wording.js'

export interface ConditionRenderer {
  readonly wording: Wording
  /** What stands in front of a condition. */
  readonly mark: (trace: ExprTrace) => string
  /** What stands in parentheses behind it. */
  readonly seen: (trace: ExprTrace) => readonly string[]
  /** The lines about another flag that a condition asked. */
  readonly flagLines: (flag: Explanation) => readonly Line[]
}

/** The conditions that all have to hold, below each other where they are several. */
export function conditionLines(condition: ExprTrace, renderer: ConditionRenderer): readonly Line[] {
  const trace = withoutWrapping(condition, renderer)
  const call = callIn(trace)
  return call !== null && renderer.wording(call.operator)?.shape === 'all'
    ? partLines(call.arguments, renderer)
    : [conditionLine(trace, renderer)]
}

/** What an expression gives where it is no condition: how the value came about. */
export function valueLines(trace: ExprTrace, renderer: ConditionRenderer): readonly Line[] {
  const structure = structureIn(trace, renderer)
  if (structure === null) return [leafLine('', trace, renderer)]
  const shape = renderer.wording(structure.operator)?.shape
  return shape === 'choice' ? choiceLines(structure, renderer) : [conditionLine(structure, renderer)]
}

/** What is the only one of all, or of any, stands for itself. */
function withoutWrapping(trace: ExprTrace, renderer: ConditionRenderer): ExprTrace {
  const call = callIn(trace)
  const shape = call === null ? undefined : renderer.wording(call.operator)?.shape
  const [only, ...others] = call?.arguments ?? []
  if ((shape !== 'all' && shape !== 'any') || others.length > 0) return trace
  return only === undefined || 'static' in only || 'skipped' in only ? trace : withoutWrapping(only, renderer)
}

function conditionLine(condition: ExprTrace, renderer: ConditionRenderer): Line {
  const trace = withoutWrapping(condition, renderer)
  const call = structureIn(trace, renderer)
  const mark = renderer.mark(condition)
  if (call === null) return leafLine(mark, trace, renderer)
  switch (renderer.wording(call.operator)?.shape) {
    case 'all':
      return { text: `${mark}all of these:`, below: partLines(call.arguments, renderer) }
    case 'any':
      return { text: `${mark}any of these:`, below: partLines(call.arguments, renderer) }
    case 'choice':
      return { text: `${mark}by the first that holds:`, below: choiceLines(call, renderer) }
    default:
      return negationLine(mark, call, renderer)
  }
}

function negationLine(mark: string, call: CallTrace, renderer: ConditionRenderer): Line {
  const inner = structureIn(call.arguments[0], renderer)
  if (inner === null) return leafLine(mark, call, renderer)
  switch (renderer.wording(inner.operator)?.shape) {
    case 'all':
      return { text: `${mark}not all of these:`, below: partLines(inner.arguments, renderer) }
    case 'any':
      return { text: `${mark}none of these:`, below: partLines(inner.arguments, renderer) }
    default:
      return { text: `${mark}not:`, below: [conditionLine(inner, renderer)] }
  }
}

/**
 * The call that is shown as several lines: one of conditions, also inside of what has nothing to say about it. Null where one
 * line is enough.
 */
export function structureIn(trace: ArgumentTrace | undefined, renderer: ConditionRenderer): CallTrace | null {
  const call = callIn(trace)
  if (call === null) return null
  const shape = renderer.wording(call.operator)?.shape
  if (shape === 'same' || shape === 'truth') return structureIn(call.arguments[0], renderer)
  if (shape === 'not') return structureIn(call.arguments[0], renderer) === null ? null : call
  return shape === undefined ? null : call
}

function partLines(parts: readonly ArgumentTrace[], renderer: ConditionRenderer): readonly Line[] {
  const lines = parts.flatMap((part) => ('value' in part || 'operator' in part ? [conditionLine(part, renderer)] : []))
  const left = parts.length - lines.length
  return left === 0 ? lines : [...lines, { text: `(${left} more not looked at)` }]
}

/** Conditions stand at the even places, except for a last one that nothing follows: that is the else. */
function choiceLines({ arguments: parts }: CallTrace, renderer: ConditionRenderer): readonly Line[] {
  const lines: Line[] = []
  for (let position = 0; position < parts.length; position += 2) {
    const [first, value] = [parts[position], parts[position + 1]]
    if (first === undefined || 'skipped' in first || 'static' in first) continue
    if (position + 1 === parts.length) lines.push({ text: 'otherwise:', below: valueLines(first, renderer) })
    else lines.push(conditionLine(first, renderer))
    if (value !== undefined && !('skipped' in value) && !('static' in value)) {
      lines.push({ text: 'therefore:', below: valueLines(value, renderer) })
    }
  }
  return lines
}

/** Whether a condition holds, as its mark. */
export function verdictOf(trace: ExprTrace): string {
  if ('failed' in trace && trace.failed !== undefined) return 'fail '
  if (trace.value === true) return 'yes  '
  return trace.value === false || trace.value === null ? 'no   ' : '-    '
}

function leafLine(mark: string, trace: ExprTrace, renderer: ConditionRenderer): Line {
  const { wording } = renderer
  const seen = renderer.seen(trace)
  const said = sentence(trace, wording)
  const failure = 'failed' in trace && trace.failed !== undefined ? rawText(trace.failed) : said
  const beside = failure === said ? seen : [failure, ...seen]
  const text = `${mark}${said}${beside.length === 0 ? '' : ` (${beside.join('; ')})`}`
  return { text, below: innerLines(trace, renderer) }
}

function sentence(trace: ExprTrace, wording: Wording): string {
  if ('operator' in trace) return phraseOf(trace, wording)
  return trace.value === true ? 'always' : trace.value === false ? 'never' : valueText(trace.value)
}

/** What the segments and flags in an expression have to say. */
export function innerLines(trace: ArgumentTrace, renderer: ConditionRenderer): readonly Line[] {
  const call = callIn(trace)
  if (call === null) return []
  const inner = call.arguments.flatMap((argument) => innerLines(argument, renderer))
  if (call.segment?.when !== undefined) return [...inner, ...conditionLines(call.segment.when, renderer)]
  return call.flag === undefined ? inner : [...inner, ...renderer.flagLines(call.flag)]
}
