/** One evaluation context as a line of text to the line that answers it. */
import { isVisible, normalizeContext, type Audience, type EvaluatedOutcome, type Snapshot } from '@switchyard/engine'
import { scanJson } from '../vendors/file/json-scan.js'
import type { Line } from './lines.js'

export interface AnsweringOptions {
  /** Which flags, in which order; null: all that the audience may see. */
  readonly flagKeys: readonly string[] | null
  readonly audience: Audience
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** @returns a function that answers one line with one line, without the line break; it never throws */
export function createAnswering(snapshot: Snapshot, options: AnsweringOptions): (line: Line) => string {
  const { audience, now } = options
  const itemText = createItemText(audience)
  const flagKeys = options.flagKeys ?? snapshot.flagKeys
  const names = flagKeys.map((key) => `${JSON.stringify(key)}:`)
  /** Flags that were asked for answer in any case; of all flags, those that are hidden from a client are left out. */
  const isListed = (outcome: EvaluatedOutcome): boolean => audience === 'server' || isVisible(outcome, audience)
  return (line) => {
    const read = readContext(line)
    if (!read.ok) return JSON.stringify({ error: read.error })
    const environment = { nowMs: now(), random: Math.random }
    const items: string[] = []
    for (const [index, flagKey] of flagKeys.entries()) {
      const outcome = snapshot.evaluate(flagKey, read.context, environment)
      if (isListed(outcome)) items.push(`${names[index] ?? ''}${itemText(outcome)}`)
      else if (options.flagKeys !== null) items.push(`${names[index] ?? ''}${notFoundText(flagKey, snapshot)}`)
    }
    return `{"flags":{${items.join(',')}}}`
  }
}

type ReadContext =
  | { readonly ok: true; readonly context: ReturnType<typeof normalizeContext> }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }

function readContext({ number, text }: Line): ReadContext {
  if (text === null) return refuse('PARSE_ERROR', `line ${number}: not UTF-8`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const { error } = scanJson(text)
    const where = error === null ? '' : `, column ${error.offset + 1}: expected ${error.expected}`
    return refuse('PARSE_ERROR', `line ${number}${where}: not JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('INVALID_CONTEXT', `line ${number}: an evaluation context is a JSON object`)
  }
  return { ok: true, context: normalizeContext(value) }
}

function refuse(code: string, message: string): ReadContext {
  return { ok: false, error: { code, message } }
}

/** Most outcomes are shared between evaluations, so that their text is written once. */
function createItemText(audience: Audience): (outcome: EvaluatedOutcome) => string {
  const texts = new WeakMap<EvaluatedOutcome, string>()
  return (outcome) => {
    const known = texts.get(outcome)
    if (known !== undefined) return known
    const { value, variant, reason, errorCode, errorDetails } = outcome
    const metadata = audience === 'server' ? outcome.serverMetadata : outcome.metadata
    const text = JSON.stringify({ value, variant, reason, errorCode, errorDetails, metadata })
    texts.set(outcome, text)
    return text
  }
}

/** What a flag that the audience may not see answers: the same as one that does not exist. */
function notFoundText(flagKey: string, { ruleset }: Snapshot): string {
  return JSON.stringify({
    reason: 'ERROR',
    errorCode: 'FLAG_NOT_FOUND',
    errorDetails: `flag ${JSON.stringify(flagKey)} not found`,
    metadata: ruleset.metadata ?? {},
  })
}
