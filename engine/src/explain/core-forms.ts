/** The core operators once more, as plainly as the format describes them. */
import { OperatorFailure, type RegexMode } from '../ruleset/dialect.js'
import { isRecord } from '../ruleset/json.js'
import type { Json } from '../ruleset/types.js'
import type { ExplainedOutcome } from './explanation.js'
import type { CoreForm, FormCall } from './expressions.js'

const all = ({ args, evaluate }: FormCall): Json[] => args.map((_, position) => evaluate(position))

const numbers =
  (compare: (a: number, b: number) => boolean): CoreForm =>
  ({ evaluate }) => {
    const [a, b] = [evaluate(0), evaluate(1)]
    return typeof a === 'number' && typeof b === 'number' && compare(a, b)
  }

const texts =
  (compare: (a: string, b: string) => boolean): CoreForm =>
  ({ evaluate }) => {
    const [a, b] = [evaluate(0), evaluate(1)]
    return typeof a === 'string' && typeof b === 'string' && compare(a, b)
  }

/** A static argument that must be text; the compiler has refused anything else. */
const text = (argument: Json | undefined): string => (typeof argument === 'string' ? argument : '')

const isScalar = (value: Json): boolean => value !== null && typeof value !== 'object'

function ownMember(of: Json, name: string): Json {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? ((of as Record<string, Json>)[name] ?? null)
    : null
}

function path({ interpretation, args }: FormCall): Json {
  let at: Json = interpretation.context
  for (const step of args) {
    if (Array.isArray(at) && !/^(?:0|[1-9][0-9]{0,8})$/.test(text(step))) return null
    at = ownMember(at, text(step))
  }
  return at
}

function isIn({ interpretation, args, evaluate }: FormCall): Json {
  const needle = evaluate(0)
  const list = args[1]
  const lists = interpretation.question.ruleset.lists ?? {}
  const named =
    Array.isArray(list) && Object.hasOwn(lists, text(list[1] as Json)) ? lists[text(list[1] as Json)]?.items : []
  const items = isRecord(list) ? (list['const'] as readonly Json[]) : (named ?? [])
  return isScalar(needle) && items.some((item) => item === needle)
}

function matches({ interpretation, args, evaluate }: FormCall): Json {
  const [, pattern, flavour, mode = 'search'] = args as [Json, string, string, RegexMode?]
  const matcher = interpretation.question.host.regex(pattern, flavour, mode)
  if (matcher === null && flavour === 'dotnet') throw new OperatorFailure('unsupported pattern')
  if (matcher === null) return false
  const subject = evaluate(0)
  return typeof subject === 'string' && matcher.test(subject)
}

function choose({ args, evaluate }: FormCall): Json {
  let position = 0
  while (position + 1 < args.length) {
    if (evaluate(position) === true) return evaluate(position + 1)
    position += 2
  }
  return position < args.length ? evaluate(position) : null
}

function segment({ interpretation, args, record }: FormCall): Json {
  const { value, trace, name } = interpretation.segment(text(args[0]))
  record({ segment: { ...(name === undefined ? {} : { name }), ...(trace === undefined ? {} : { when: trace }) } })
  return value
}

function flag({ interpretation, args, record }: FormCall): Json {
  const { explanation, isFirst } = interpretation.flag(text(args[0]))
  if (explanation === null) return null
  if (isFirst) record({ flag: explanation })
  return field(explanation.outcome, text(args[1] ?? 'value'), native(interpretation, explanation))
}

/** The vendor's own words are not part of an explanation; they are looked up where a rule reads them. */
function native(
  interpretation: FormCall['interpretation'],
  explanation: { readonly flagKey: string; readonly outcome: ExplainedOutcome },
): Json {
  const outcomes = interpretation.question.ruleset.flags[explanation.flagKey]?.outcomes ?? []
  const { value, variant, reason } = explanation.outcome
  const source = outcomes.find((one) => one.variant === variant && one.reason === reason && one.value === value)
  return source?.native ?? null
}

function field(outcome: ExplainedOutcome, name: string, nativeValue: Json): Json {
  const dot = name.indexOf('.')
  const rest = name.slice(dot + 1)
  if (dot < 0) return ownMember(outcome as unknown as Json, name)
  switch (name.slice(0, dot)) {
    case 'as':
      return ownMember(outcome.as ?? null, rest)
    case 'metadata':
      return ownMember(outcome.metadata ?? null, rest)
    default:
      return ownMember(nativeValue, rest)
  }
}

export const coreForms: ReadonlyMap<string, CoreForm> = new Map<string, CoreForm>([
  ['attr', ({ interpretation, args }) => ownMember(interpretation.context, text(args[0]))],
  ['has', ({ interpretation, args }) => Object.hasOwn(interpretation.context, text(args[0]))],
  ['path', path],
  ['key', ({ interpretation }) => interpretation.targetingKey],
  ['now', ({ interpretation }) => interpretation.nowMs],
  ['random', ({ interpretation }) => interpretation.random()],
  ['and', ({ args, evaluate }) => args.every((_, position) => evaluate(position) === true)],
  ['or', ({ args, evaluate }) => args.some((_, position) => evaluate(position) === true)],
  ['not', ({ evaluate }) => evaluate(0) !== true],
  ['if', choose],
  [
    'first',
    ({ args, evaluate }) => {
      for (const position of args.keys()) {
        const value = evaluate(position)
        if (value !== null) return value
      }
      return null
    },
  ],
  ['isNull', ({ evaluate }) => evaluate(0) === null],
  [
    'fail',
    ({ args }) => {
      throw new OperatorFailure(typeof args[0] === 'string' ? args[0] : 'evaluation failed')
    },
  ],
  [
    'eq',
    ({ evaluate }) => {
      const [a, b] = [evaluate(0), evaluate(1)]
      return isScalar(a) && a === b
    },
  ],
  ['lt', numbers((a, b) => a < b)],
  ['lte', numbers((a, b) => a <= b)],
  ['gt', numbers((a, b) => a > b)],
  ['gte', numbers((a, b) => a >= b)],
  ['in', isIn],
  ['startsWith', texts((text, part) => text.startsWith(part))],
  ['endsWith', texts((text, part) => text.endsWith(part))],
  ['contains', texts((text, part) => text.includes(part))],
  [
    'lower',
    ({ evaluate }) => {
      const value = evaluate(0)
      return typeof value === 'string' ? value.toLowerCase() : null
    },
  ],
  [
    'concat',
    (call) => {
      const parts = all(call)
      return parts.every((part) => typeof part === 'string') ? parts.join('') : null
    },
  ],
  ['matches', matches],
  ['segment', segment],
  ['flag', flag],
])
