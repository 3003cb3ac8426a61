/**
 * A second reading of the ruleset, written plainly and apart from the compiler: it walks the document, shares only the
 * dialects' operators with the compiled form, and records what it sees. Tests hold the two equal.
 */
import { type Dialect, type Evaluation, type Host, OperatorFailure } from '../ruleset/dialect.js'
import type { BrokenPart } from '../ruleset/broken-part.js'
import { isRecord } from '../ruleset/json.js'
import type { Flag, Flat, Json, JsonObject, Outcome, Ruleset } from '../ruleset/types.js'
import { decide, type Decided } from './decisions.js'
import type { ExplainedOutcome, Explanation, ExprTrace } from './explanation.js'
import { evaluateExpr, failureOf } from './expressions.js'

export interface Question {
  readonly ruleset: Ruleset
  readonly dialects: ReadonlyMap<string, Dialect>
  readonly host: Host
  /** Parts that cannot be evaluated, with the reason: `flag <key>` and `segment <id>`. */
  readonly broken: ReadonlyMap<string, BrokenPart>
  readonly context: JsonObject
  readonly nowMs: number
  readonly random: () => number
}

/** One evaluation under way, with everything it remembers. */
export class Interpretation implements Evaluation {
  readonly question: Question
  readonly context: JsonObject
  readonly targetingKey: string | null
  readonly nowMs: number
  readonly random: () => number
  readonly locals: Json[] = []
  stepsLeft = 100_000
  readonly #segments = new Map<string, { value: boolean } | { failed: string }>()
  readonly #flags = new Map<string, Explanation | null>()

  constructor(question: Question) {
    const key = question.context['targetingKey']
    this.question = question
    this.context = question.context
    this.targetingKey = typeof key === 'string' ? key : null
    this.nowMs = question.nowMs
    this.random = question.random
  }

  /** A segment's result; the trace is there at the first look only. */
  segment(id: string): { readonly value: boolean; readonly trace?: ExprTrace; readonly name?: string } {
    const segments = this.question.ruleset.segments ?? {}
    const segment = Object.hasOwn(segments, id) ? segments[id] : undefined
    if (segment === undefined) return { value: false }
    const named = segment.name === undefined ? {} : { name: segment.name }
    const known = this.#segments.get(id)
    if (known !== undefined) {
      if ('failed' in known) throw new OperatorFailure(known.failed)
      return { ...known, ...named }
    }
    const broken = this.question.broken.get(`segment ${id}`)
    if (broken !== undefined) throw new OperatorFailure(broken.message)
    const depth = this.locals.length
    const { value, trace } = evaluateExpr(segment.when, this)
    const failed = failureOf(trace)
    if (failed !== null) {
      this.locals.length = depth
      this.#segments.set(id, { failed })
      throw new OperatorFailure(failed)
    }
    this.#segments.set(id, { value: value === true })
    return { value: value === true, trace, ...named }
  }

  /** Another flag's explanation, null for one that is not there; each is evaluated once. */
  flag(key: string): { readonly explanation: Explanation | null; readonly isFirst: boolean } {
    const known = this.#flags.get(key)
    if (known !== undefined) return { explanation: known, isFirst: false }
    const depth = this.locals.length
    const explanation = this.explain(key)
    this.locals.length = depth
    this.#flags.set(key, explanation)
    return { explanation, isFirst: true }
  }

  explain(flagKey: string): Explanation | null {
    const { flags } = this.question.ruleset
    const flag = Object.hasOwn(flags, flagKey) ? flags[flagKey] : undefined
    if (flag === undefined) return null
    const broken = this.question.broken.get(`flag ${flagKey}`)
    if (broken !== undefined) {
      const { errorCode, message } = broken
      const outcome = this.#describe(flag, { reason: 'ERROR', errorCode, errorDetails: message })
      return { flagKey, outcome, decision: { step: 'malformed', message } }
    }
    const decided = decide(flag.decide, { flagKey, flag, interpretation: this })
    return { flagKey, outcome: this.#describe(flag, answered(flag, decided)), decision: decided.trace }
  }

  /** The answer with the metadata of the set, the flag and the outcome, in that order (rule A1). */
  #describe(flag: unknown, outcome: Outcome): ExplainedOutcome {
    const own = isRecord(flag) && isRecord(flag['metadata']) ? flag['metadata'] : {}
    return describe(outcome, { ...this.question.ruleset.metadata, ...(own as Flat) })
  }
}

const evaluationFailed: Outcome = { reason: 'ERROR', errorCode: 'PARSE_ERROR', errorDetails: 'evaluation failed' }

function answered(flag: Flag, { failed, outcome }: Decided): Outcome {
  if (failed) return flag.outcomes[flag.failed ?? -1] ?? evaluationFailed
  return outcome ?? { reason: 'DEFAULT' }
}

function describe(outcome: Outcome, under: Flat): ExplainedOutcome {
  const { value, variant, reason, errorCode, errorDetails, as, metadata, serverMetadata } = outcome
  const merged = { ...under, ...metadata, ...serverMetadata }
  const code = errorCode ?? (reason === 'ERROR' ? 'GENERAL' : undefined)
  return {
    ...(value === undefined ? {} : { value }),
    ...(variant === undefined ? {} : { variant }),
    reason,
    ...(code === undefined ? {} : { errorCode: code }),
    ...(errorDetails === undefined ? {} : { errorDetails }),
    ...(as === undefined ? {} : { as }),
    ...(Object.keys(merged).length === 0 ? {} : { metadata: merged }),
  }
}
