/** The evaluation under way: one reusable object per snapshot, reset by a stamp instead of being cleared. */
import { type Evaluation, OperatorFailure, type Operand } from '../ruleset/dialect.js'
import type { Json, JsonObject, TargetEntry, Targets } from '../ruleset/types.js'
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledOutcome } from './outcome.js'
import type { EvaluationEnvironment } from './snapshot.js'

/** Steps that the bodies of list operators may take for one flag that is asked for. */
const maxSteps = 100_000

/** What closures reach through the state, by slot, so that unchanged flags are shared between snapshots. */
export interface Tables {
  /** By segment slot; null where the ruleset has no such segment (false, rule X5). */
  readonly segments: readonly (Operand | null)[]
  /** By flag slot. */
  readonly flags: readonly (CompiledFlag | null)[]
  /** By list slot. */
  readonly lists: readonly (ReadonlySet<Json> | null)[]
  readonly targets: Targets | undefined
}

const segmentResult = { no: 1, yes: 2, failed: 3 } as const

const segmentFailed = new OperatorFailure('a segment failed')

export class EvaluationState implements Evaluation {
  context: JsonObject = {}
  targetingKey: string | null = null
  nowMs = 0
  random: () => number = Math.random
  readonly locals: Json[] = []
  stepsLeft = 0
  /** Guards against an evaluation started from inside another one, which gets a state of its own. */
  busy = false
  readonly tables: Tables
  /** A double, not an integer: a 32-bit counter would wrap within hours and make stale stamps look fresh. */
  #stamp = 0
  readonly #segmentStamps: Float64Array
  readonly #segmentResults: Uint8Array
  readonly #flagStamps: Float64Array
  readonly #flagResults: (CompiledOutcome | null)[]
  #target: TargetEntry | null | undefined

  constructor(tables: Tables) {
    this.tables = tables
    this.#segmentStamps = new Float64Array(tables.segments.length)
    this.#segmentResults = new Uint8Array(tables.segments.length)
    this.#flagStamps = new Float64Array(tables.flags.length)
    this.#flagResults = tables.flags.map(() => null)
  }

  begin(context: JsonObject, environment: EvaluationEnvironment): void {
    const key = context['targetingKey']
    this.context = context
    this.targetingKey = typeof key === 'string' ? key : null
    this.nowMs = environment.nowMs
    this.random = environment.random
    this.beginFlag()
    this.busy = true
    this.#stamp += 1
    this.#target = undefined
  }

  /** Every flag that is asked for has its own allowance: one alone and one among all answer the same. */
  beginFlag(): void {
    this.stepsLeft = maxSteps
    this.#dropLocals(0)
  }

  /** Lets go of the context, so that a snapshot does not keep a user's data alive. */
  end(): void {
    this.busy = false
    this.context = emptyContext
  }

  /** Whether the segment matches: evaluated at most once per evaluation; a failure is remembered too (rule X5). */
  segment(slot: number): boolean {
    if (this.#segmentStamps[slot] !== this.#stamp) {
      this.#segmentResults[slot] = this.#evaluateSegment(slot)
      this.#segmentStamps[slot] = this.#stamp
    }
    const result = this.#segmentResults[slot]
    if (result === segmentResult.failed) throw segmentFailed
    return result === segmentResult.yes
  }

  #evaluateSegment(slot: number): number {
    const when = this.tables.segments[slot]
    if (when === null || when === undefined) return segmentResult.no
    const depth = this.locals.length
    try {
      return when(this) === true ? segmentResult.yes : segmentResult.no
    } catch (error) {
      if (!(error instanceof OperatorFailure)) throw error
      this.#dropLocals(depth)
      return segmentResult.failed
    }
  }

  /** What a failure left behind. Setting a length costs more than looking at it. */
  #dropLocals(depth: number): void {
    if (this.locals.length !== depth) this.locals.length = depth
  }

  /** Another flag's outcome in the same context, at most once per evaluation (rule X7); null for a flag that is not there. */
  flag(slot: number): CompiledOutcome | null {
    if (this.#flagStamps[slot] !== this.#stamp) {
      const depth = this.locals.length
      this.#flagResults[slot] = this.tables.flags[slot]?.answer(this) ?? null
      this.#dropLocals(depth)
      this.#flagStamps[slot] = this.#stamp
    }
    return this.#flagResults[slot] ?? null
  }

  /** The individual assignments of this targeting key, looked up once per evaluation. */
  target(): TargetEntry | null {
    if (this.#target === undefined) {
      const { targets } = this.tables
      const key = this.targetingKey
      this.#target =
        targets !== undefined && key !== null && Object.hasOwn(targets, key) ? (targets[key] ?? null) : null
    }
    return this.#target
  }
}

const emptyContext: JsonObject = Object.freeze({})
