/** The core operators once more, as plainly as the format describes them. */
import { OperatorFailure, type RegexMode } from '../ruleset/dialect.js'
import { holdsText } from '../ruleset/holds-text.js'
import { isRecord, own } from '../ruleset/json.js'
import type { Json } from '../ruleset/types.js'
import type { ExplainedOutcome, Explanation } from './explanation.js'
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

const text = (argument: Json | undefined): string => (typeof argument === 'string' ? argument : '')

/** A static argument that must be text; the compiler has refused anything else. */
const writtenText = ({ written }: FormCall, position: number): string => text(written(position))

const isScalar = (value: Json): boolean => value !== null && typeof value !== 'object'

function ownMember(of: Json, name: string): Json {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name)
    ? ((of as Record<string, Json>)[name] ?? null)
    : null
}

function path({ interpretation, args, written }: FormCall): Json {
  let at: Json = interpretation.context
  for (const step of args.map((_, position) => written(position))) {
    if (Array.isArray(at) && !/^(?:0|[1-9][0-9]{0,8})$/.test(text(step))) return null
    at = ownMember(at, text(step))
  }
  return at
}

function isIn({ interpretation, evaluate, written }: FormCall): Json {
  const needle = evaluate(0)
  const list = written(1)
  const lists = interpretation.question.ruleset.lists ?? {}
  const named = Array.isArray(list) ? own(lists, text(list[1] as Json)) : undefined
  const items = isRecord(list) ? list['const'] : isRecord(named) ? named['items'] : []
  return isScalar(needle) && Array.isArray(items) && items.some((item) => item === needle)
}

function matches(call: FormCall): Json {
  const { interpretation, args, evaluate, written } = call
  const [pattern, flavour] = [writtenText(call, 1), writtenText(call, 2)]
  const mode = (args.length > 3 ? written(3) : 'search') as RegexMode
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

function segment(call: FormCall): Json {
  const { interpretation, record } = call
  const { value, trace, name } = interpretation.segment(writtenText(call, 0))
  record({ segment: { ...(name === undefined ? {} : { name }), ...(trace === undefined ? {} : { when: trace }) } })
  return value
}

function flag(call: FormCall): Json {
  const { interpretation, args, record } = call
  const { explanation, isFirst } = interpretation.flag(writtenText(call, 0))
  const name = args.length > 1 ? writtenText(call, 1) : 'value'
  if (explanation === null) return null
  if (isFirst) record({ flag: explanation })
  return field(explanation.outcome, name, native(interpretation, explanation))
}

/** The vendor's own words are not part of an explanation; they are looked up where a rule reads them. */
function native(interpretation: FormCall['interpretation'], { flagKey, outcome, decision }: Explanation): Json {
  if (decision?.step === 'malformed') return null
  const outcomes = interpretation.question.ruleset.flags[flagKey]?.outcomes ?? []
  const { value, variant, reason } = outcome
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
  ['attr', (call) => ownMember(call.interpretation.context, writtenText(call, 0))],
  ['has', (call) => Object.hasOwn(call.interpretation.context, writtenText(call, 0))],
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
    ({ args, written }) => {
      const message = args.length > 0 ? written(0) : null
      throw new OperatorFailure(typeof message === 'string' ? message : 'evaluation failed')
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
  ['contains', texts(holdsText)],
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
