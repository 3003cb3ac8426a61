/** The operators every ruleset may use: type-strict comparisons, reads of the context, text. */
import {
  binary,
  type Dialect,
  type InvalidArguments,
  type Matcher,
  type Operand,
  type Operator,
  OperatorFailure,
  type Reads,
  type RegexMode,
  unary,
  variadic,
} from '../ruleset/dialect.js'
import { holdsText } from '../ruleset/holds-text.js'
import type { Json, JsonObject } from '../ruleset/types.js'
import { isKnownFlavour } from './regex-flavours.js'

/** Reads an own member; names that every object inherits need the longer way. */
function attribute(name: string): Operand {
  if (name in Object.prototype) {
    return ({ context }) => (Object.hasOwn(context, name) ? (context[name] ?? null) : null)
  }
  return ({ context }) => context[name] ?? null
}

/** The attribute that the first static argument names. */
function readsFirst([name]: readonly Json[]): Partial<Reads> {
  return { attributes: typeof name === 'string' ? [name] : [] }
}

const attr: Operator = {
  parameters: ['static'],
  prepare: ({ statics: [name] }) => (typeof name === 'string' ? attribute(name) : invalid('takes an attribute name')),
  reads: readsFirst,
}

const has: Operator = {
  parameters: ['static'],
  prepare: ({ statics: [name] }) =>
    typeof name === 'string' ? ({ context }) => Object.hasOwn(context, name) : invalid('takes an attribute name'),
  reads: readsFirst,
}

const path: Operator = {
  parameters: ['static', 'static..'],
  prepare: ({ statics }) =>
    isTextList(statics) ? ({ context }) => walk(context, statics) : invalid('takes member names'),
  reads: readsFirst,
}

/** Follows member names, and decimal indexes into lists (rule C2); null where there is nothing. */
function walk(from: JsonObject, steps: readonly string[]): Json {
  let value: Json = from
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return null
    if (Array.isArray(value) && !/^(0|[1-9]\d{0,8})$/.test(step)) return null
    value = Object.hasOwn(value, step) ? ((value as JsonObject)[step] ?? null) : null
  }
  return value
}

const key: Operator = {
  parameters: [],
  prepare: () => (evaluation) => evaluation.targetingKey,
  reads: () => ({ key: true }),
}

const now: Operator = {
  parameters: [],
  prepare: () => (evaluation) => evaluation.nowMs,
  reads: () => ({ clock: true }),
}

const random: Operator = {
  parameters: [],
  prepare: () => (evaluation) => evaluation.random(),
  reads: () => ({ random: true }),
}

const fail: Operator = {
  parameters: ['static?'],
  prepare: ({ statics: [text] }) => {
    const failure = new OperatorFailure(typeof text === 'string' ? text : 'evaluation failed')
    return () => {
      throw failure
    }
  },
  // Nothing is read, but a failure must happen where it is reached, never while compiling.
  reads: () => ({}),
}

function compareNumbers(compare: (a: number, b: number) => boolean): Operator {
  return binary((a, b) => typeof a === 'number' && typeof b === 'number' && compare(a, b))
}

function compareTexts(compare: (a: string, b: string) => boolean): Operator {
  return binary((a, b) => typeof a === 'string' && typeof b === 'string' && compare(a, b))
}

const matches: Operator = {
  parameters: ['value', 'static', 'static', 'static?'],
  prepare: ({ operands: [subject], statics: [pattern, flavour, mode = 'search'], host }) => {
    if (typeof pattern !== 'string' || typeof flavour !== 'string' || !isRegexMode(mode)) {
      return invalid('takes a text, a pattern, a flavour and one of search, prefix, full')
    }
    if (!isKnownFlavour(flavour)) {
      return { invalid: `this engine does not know the regex flavour "${flavour}"`, isUnknown: true }
    }
    const matcher = host.regex(pattern, flavour, mode)
    return matcher === null ? withoutMatcher(flavour) : matchOperand(subject as Operand, matcher)
  },
}

/** A pattern the host cannot run never matches; .NET would have thrown, so there it fails. */
function withoutMatcher(flavour: string): Operand {
  if (flavour !== 'dotnet') return () => false
  const failure = new OperatorFailure('unsupported pattern')
  return () => {
    throw failure
  }
}

function matchOperand(subject: Operand, matcher: Matcher): Operand {
  return (evaluation) => {
    const text = subject(evaluation)
    return typeof text === 'string' && matcher.test(text)
  }
}

function isRegexMode(mode: Json): mode is RegexMode {
  return mode === 'search' || mode === 'prefix' || mode === 'full'
}

function isTextList(values: readonly Json[]): values is readonly string[] {
  return values.every((item) => typeof item === 'string')
}

function invalid(what: string): InvalidArguments {
  return { invalid: what }
}

export const core: Dialect = {
  name: 'core',
  version: 1,
  operators: new Map<string, Operator>([
    ['attr', attr],
    ['has', has],
    ['path', path],
    ['key', key],
    ['now', now],
    ['random', random],
    ['fail', fail],
    ['not', unary((value) => value !== true)],
    ['isNull', unary((value) => value === null)],
    ['eq', binary((a, b) => a === b && a !== null && typeof a !== 'object')],
    ['lt', compareNumbers((a, b) => a < b)],
    ['lte', compareNumbers((a, b) => a <= b)],
    ['gt', compareNumbers((a, b) => a > b)],
    ['gte', compareNumbers((a, b) => a >= b)],
    ['startsWith', compareTexts((text, part) => text.startsWith(part))],
    ['endsWith', compareTexts((text, part) => text.endsWith(part))],
    ['contains', compareTexts(holdsText)],
    ['lower', unary((value) => (typeof value === 'string' ? value.toLowerCase() : null))],
    ['concat', variadic((values) => (values.every((value) => typeof value === 'string') ? values.join('') : null))],
    ['matches', matches],
  ]),
}
