/** An expression on one line: as a sentence, and with the values that it saw. */
import type { OperatorWords, Phrase } from '../ruleset/dialect.js'
import type { Json } from '../ruleset/types.js'
import type { ArgumentTrace, CallTrace, ExprTrace } from './explanation.js'
import { isPlaceholder } from './placeholder.js'
import { itemsText, nameText, rawText, staticText, valueText } from './value-text.js'
import type { Wording } from './wording.js'

/** The call that an argument is; null for literals, for what is written in the rule, and for what was not evaluated. */
export function callIn(argument: ArgumentTrace | undefined): CallTrace | null {
  return argument !== undefined && 'operator' in argument ? argument : null
}

/** What an argument says; nothing was said of what was not evaluated. */
export function phraseOf(argument: ArgumentTrace, wording: Wording): string {
  if ('skipped' in argument) return '…'
  if ('static' in argument) return staticText(argument.static)
  if (!('operator' in argument)) {
    const { value } = argument
    return Array.isArray(value) ? itemsText(value) : valueText(value)
  }
  return callPhrase(argument, wording)
}

function callPhrase(call: CallTrace, wording: Wording): string {
  const words = wording(call.operator)
  if (words === undefined) return fallback(call, wording)
  const sentence = words.shape === 'truth' ? sentenceIn(call, wording) : null
  if (sentence !== null) return callPhrase(sentence, wording)
  if (words.shape !== 'not') return fill(words.say, call, wording)
  const inner = callIn(call.arguments[0])
  const denied = inner === null ? null : (sentenceIn(inner, wording) ?? inner)
  const deny = denied === null ? undefined : wording(denied.operator)?.deny
  return denied === null || deny === undefined ? fill(words.say, call, wording) : fill(deny, denied, wording)
}

/** The sentence whose truth an operator asks for, null for other operators and arguments. */
function sentenceIn({ operator, arguments: [first] }: CallTrace, wording: Wording): CallTrace | null {
  if (wording(operator)?.shape !== 'truth') return null
  const inner = callIn(first)
  return inner === null || wording(inner.operator)?.deny === undefined ? null : inner
}

/** `flagd.something("a", email)`. */
function fallback({ operator, arguments: given }: CallTrace, wording: Wording): string {
  return `${rawText(operator)}(${given.map((argument) => phraseOf(argument, wording)).join(', ')})`
}

const blank = /\{(\*|\d+)(?:\|(name|raw|value))?\}/g

function fill(phrase: Phrase, call: CallTrace, wording: Wording): string {
  // A segment is known to people by its name.
  const name = call.segment?.name
  const given: readonly ArgumentTrace[] = name === undefined ? call.arguments : [{ static: name }]
  const template = typeof phrase === 'string' ? phrase : phrase(given.map(constantIn))
  const join = wording(call.operator)?.join ?? ', '
  return template.replace(blank, (_, which: string, form?: string) => {
    const say = (argument: ArgumentTrace): string => argumentPhrase(argument, form, call, wording)
    if (which !== '*') return say(given[Number(which)] ?? { skipped: true })
    return given
      .filter((argument) => !('skipped' in argument))
      .map(say)
      .join(join)
  })
}

/** What is written in the rule; undefined for what was evaluated. */
function writtenIn(argument: ArgumentTrace): Json | undefined {
  return 'static' in argument ? argument.static : undefined
}

/** The same, and literals among what is evaluated. */
function constantIn(argument: ArgumentTrace): Json | undefined {
  if ('static' in argument) return argument.static
  return 'value' in argument && callIn(argument) === null ? argument.value : undefined
}

function argumentPhrase(
  argument: ArgumentTrace,
  form: string | undefined,
  around: CallTrace,
  wording: Wording,
): string {
  const inner = callIn(argument)
  const constant = constantIn(argument)
  if (form === 'name' && typeof constant === 'string') return nameText(constant)
  if (form === 'raw' && typeof constant === 'string') return rawText(constant)
  if (form === 'value' && inner !== null) return valueText(inner.value ?? null)
  const list = around.operator === 'in' ? writtenIn(argument) : undefined
  if (Array.isArray(list)) return `the list ${valueText((list as readonly Json[])[1] ?? null)}`
  const phrase = phraseOf(argument, wording)
  return inner !== null && isJunction(inner, wording) ? `(${phrase})` : phrase
}

function isJunction({ operator }: CallTrace, wording: Wording): boolean {
  const shape = wording(operator)?.shape
  return shape === 'all' || shape === 'any'
}

/**
 * What an expression saw: attributes with their values, hashes with their input, and what could not be converted. Each once, in
 * the order of the sentence; what segments and other flags saw is theirs.
 */
export function seenIn(trace: ExprTrace, wording: Wording): string[] {
  const seen = new Set<string>()
  collectSeen(trace, wording, seen)
  return [...seen]
}

function collectSeen(trace: ArgumentTrace, wording: Wording, seen: Set<string>): void {
  const call = callIn(trace)
  if (call === null) return
  for (const argument of call.arguments) collectSeen(argument, wording, seen)
  const words = wording(call.operator)
  const { value = null, hashInput, bucket } = call
  if (hashInput !== undefined) {
    const isAnswer = bucket !== undefined && typeof value !== 'boolean'
    if (isAnswer) seen.add(`${callPhrase(call, wording)}: ${valueText(value)}`)
    const result = bucket === undefined ? resultText(value, call, wording) : `bucket: ${bucket}`
    seen.add(`${result} from ${words?.hash ?? 'the hash'} of ${valueText(hashInput)}`)
  } else if (words?.reads === true) {
    seen.add(`${callPhrase(call, wording)}: ${value === null ? 'not set' : readText(call.operator, value)}`)
  } else if (words?.nothing !== undefined && value === null) {
    const [subject] = call.arguments.filter(isPresent)
    if (subject !== undefined) seen.add(`${phraseOf(subject, wording)} ${words.nothing}`)
  }
  if (words?.expects !== undefined) for (const note of mistyped(call, words.expects, wording)) seen.add(note)
}

/** What was evaluated, and is not null. */
function isPresent(argument: ArgumentTrace): argument is ExprTrace {
  return 'value' in argument && argument.value != null
}

/** The arguments that are of another type than an operator wants, in words. */
function mistyped(call: CallTrace, expected: NonNullable<OperatorWords['expects']>, wording: Wording): string[] {
  const given = call.arguments
    .filter(isPresent)
    .filter(({ value }) => typeof value !== 'string' || !isPlaceholder(value))
  if (expected === 'same') {
    return new Set(given.map(({ value }) => typeof value)).size > 1 ? ['the types differ'] : []
  }
  const others = given.filter(({ value }) => typeof value !== expected)
  return others.map((argument) => `${phraseOf(argument, wording)} is no ${expected === 'string' ? 'text' : expected}`)
}

/** Digests speak for themselves. */
function resultText(value: Json, call: CallTrace, wording: Wording): string {
  if (typeof value === 'string') return valueText(value)
  return `${wording(call.operator)?.result ?? callPhrase(call, wording)}: ${valueText(value)}`
}

const maxTime = 8_640_000_000_000_000

/** The clock is shown as people read it. */
function readText(operator: string, value: Json): string {
  const isTime = operator === 'now' && typeof value === 'number' && Math.abs(value) <= maxTime
  return isTime ? new Date(value).toISOString() : valueText(value)
}
