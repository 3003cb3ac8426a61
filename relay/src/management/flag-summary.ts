/** A flag in a list: what it is, what it can answer, and how often it did. */
import type { Flag, Json, Outcome, Ruleset, ValueType } from '@switchyard/engine'
import { otherLabel, type EvaluationSeries } from '../telemetry/evaluation-totals.js'

export interface FlagSummary {
  readonly key: string
  /** As declared, or else the type of all its values; `mixed`: they differ; null: nothing tells. */
  readonly type: ValueType | 'mixed' | null
  /** Whether everybody gets the same answer. */
  readonly isStatic: boolean
  /** Whether that is because somebody has switched the flag off. */
  readonly isDisabled: boolean
  readonly audience: NonNullable<Flag['audience']>
  /** The first ones; without a doubt all, for a flag that people have written. */
  readonly outcomes: readonly OutcomeSummary[]
  /** Answers since the relay started, by variant; the most frequent first. */
  readonly answers: readonly VariantCount[]
}

export interface OutcomeSummary {
  /** Empty where the answer has none; what such answers are counted under, where it is computed. */
  readonly variant: string
  /** Whether the answer is that the flag cannot be evaluated. */
  readonly isError: boolean
  /** The value as text, shortened; null: the default in the application's code, or computed. */
  readonly value: string | null
  /** Whether it is put together from the context, so that variant and value are known only then. */
  readonly isComputed: boolean
  readonly reason: string
}

export interface VariantCount {
  readonly variant: string
  readonly isError: boolean
  /** Given by the relay. */
  readonly remote: number
  /** Given by providers in their applications, as far as they have told. */
  readonly inProcess: number
}

/** What was counted for an environment, by the two who count. */
export interface Counted {
  readonly remote: readonly EvaluationSeries[]
  readonly inProcess: readonly EvaluationSeries[]
}

const maxOutcomes = 100
const maxValueLength = 200
const errorReason = 'ERROR'

/** Sums what was counted, once for all flags: by flag key, then by variant and whether it is an error. */
export function answersByFlag({ remote, inProcess }: Counted): ReadonlyMap<string, readonly VariantCount[]> {
  const flags = new Map<string, Map<string, Mutable<VariantCount>>>()
  const add = ({ flagKey, variant, reason, count }: EvaluationSeries, where: 'remote' | 'inProcess'): void => {
    const variants = flags.get(flagKey) ?? new Map<string, Mutable<VariantCount>>()
    flags.set(flagKey, variants)
    const isError = reason === errorReason
    const id = JSON.stringify([variant, isError])
    const counts = variants.get(id) ?? { variant, isError, remote: 0, inProcess: 0 }
    variants.set(id, counts)
    counts[where] += count
  }
  for (const series of remote) add(series, 'remote')
  for (const series of inProcess) add(series, 'inProcess')
  return new Map(Array.from(flags, ([flagKey, variants]) => [flagKey, sorted([...variants.values()])]))
}

type Mutable<Type> = { -readonly [Member in keyof Type]: Type[Member] }

function sorted(counts: readonly VariantCount[]): readonly VariantCount[] {
  return counts.toSorted((a, b) => b.remote + b.inProcess - a.remote - a.inProcess)
}

/** @param answers from {@link answersByFlag} */
export function summarize(
  { flags }: Ruleset,
  key: string,
  answers: ReadonlyMap<string, readonly VariantCount[]>,
): FlagSummary {
  // A malformed flag stands in a ruleset as it came: nothing is sure of it.
  const flag = (flags[key] ?? {}) as Partial<Flag>
  const outcomes = Array.isArray(flag.outcomes) ? (flag.outcomes as readonly Outcome[]) : []
  const only = typeof flag.decide === 'number' ? (outcomes[flag.decide] ?? null) : null
  return {
    key,
    type: flag.type ?? typeOf(outcomes),
    isStatic: only !== null && only.compute === undefined,
    isDisabled: only?.reason === 'DISABLED',
    audience: flag.audience ?? 'all',
    outcomes: outcomes.slice(0, maxOutcomes).map(summarizeOutcome),
    answers: answers.get(key) ?? [],
  }
}

function summarizeOutcome(outcome: Outcome | null): OutcomeSummary {
  const { variant, value, reason = 'UNKNOWN', compute } = outcome ?? {}
  const text = value === undefined ? null : shortened(JSON.stringify(value))
  const isComputed = compute !== undefined
  const name = isComputed ? otherLabel : (variant ?? '')
  return { variant: name, isError: reason === errorReason, value: text, isComputed, reason }
}

function shortened(text: string): string {
  return text.length <= maxValueLength ? text : `${text.slice(0, maxValueLength - 1)}…`
}

function typeOf(outcomes: readonly (Outcome | null)[]): FlagSummary['type'] {
  const values = outcomes.map((outcome) => outcome?.value).filter((value) => value !== undefined && value !== null)
  const types = new Set(values.map(typeOfValue))
  const [first = null] = types
  return types.size > 1 ? 'mixed' : first
}

function typeOfValue(value: NonNullable<Json>): ValueType {
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'number':
      return typeof value as ValueType
    default:
      return 'object'
  }
}
