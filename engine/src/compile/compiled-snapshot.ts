/** The snapshot over compiled parts: evaluation, what it depends on, and until when it holds. */
import type { BrokenPart } from '../ruleset/broken-part.js'
import type { Reads } from '../ruleset/dialect.js'
import { byCodeUnits } from '../ruleset/json.js'
import type { Audience, JsonObject, Ruleset } from '../ruleset/types.js'
import { changedFlagKeys } from './changed-flags.js'
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledSegment } from './compiled-segment.js'
import { changesOf, isSupported, readsOf } from './dependencies.js'
import { CompiledOutcome } from './outcome.js'
import type { Slots } from './slots.js'
import type { EvaluatedOutcome, EvaluationEnvironment, Snapshot } from './snapshot.js'
import { EvaluationState, type Tables } from './state.js'
import { validUntil } from './valid-until.js'

export interface SnapshotParts {
  readonly ruleset: Ruleset
  readonly slots: Slots
  readonly flags: ReadonlyMap<string, CompiledFlag>
  readonly segments: ReadonlyMap<string, CompiledSegment>
  readonly tables: Tables
}

/** A flag in a bulk answer; one that always answers the same is not even looked into. */
interface BulkEntry {
  readonly constant: CompiledOutcome | null
  readonly flag: CompiledFlag
}

function readsFlags({ references }: CompiledFlag | CompiledSegment): boolean {
  return references.flags.size > 0
}

/** None for a flag that is always hidden. */
function inBulk(flag: CompiledFlag): BulkEntry[] {
  const { constant } = flag
  return constant?.hidden === true ? [] : [{ constant, flag }]
}

export class CompiledSnapshot implements Snapshot {
  readonly ruleset: Ruleset
  readonly slots: Slots
  readonly flags: ReadonlyMap<string, CompiledFlag>
  readonly segments: ReadonlyMap<string, CompiledSegment>
  readonly flagKeys: readonly string[]
  readonly outcomeCount: number
  readonly #sorted: readonly CompiledFlag[]
  readonly #visible: { readonly [A in Audience]: readonly BulkEntry[] }
  /** Whether a flag may be asked for more than once in an evaluation, so that its answer is worth remembering. */
  readonly #isEntangled: boolean
  /** By flag slot: the position of the flag's first outcome among all of them. */
  readonly #firstOrdinals: Int32Array
  readonly #tables: Tables
  readonly #state: EvaluationState
  /** Derived when first asked for, by flag key; undefined stands for all flags. */
  readonly #reads = new Map<string | undefined, Reads>()
  readonly #changes = new Map<string | undefined, ReturnType<typeof changesOf>>()
  readonly #supported = new Map<CompiledFlag, boolean>()
  #listed: readonly CompiledOutcome[] | undefined

  constructor({ ruleset, slots, flags, segments, tables }: SnapshotParts) {
    this.ruleset = ruleset
    this.slots = slots
    this.flags = flags
    this.segments = segments
    this.#tables = tables
    this.#state = new EvaluationState(tables)
    this.flagKeys = [...flags.keys()].sort(byCodeUnits)
    this.#sorted = this.flagKeys.map((key) => flags.get(key) as CompiledFlag)
    this.#visible = {
      client: this.#sorted.filter(({ audience }) => audience === 'all').flatMap(inBulk),
      server: this.#sorted.filter(({ audience }) => audience !== 'internal').flatMap(inBulk),
    }
    this.#isEntangled = this.#sorted.some(readsFlags) || [...segments.values()].some(readsFlags)
    this.#firstOrdinals = new Int32Array(slots.flags.size)
    let count = 0
    for (const { slot, outcomes } of this.#sorted) {
      this.#firstOrdinals[slot] = count
      count += outcomes.length
    }
    this.outcomeCount = count
  }

  evaluate(flagKey: string, context: JsonObject, environment: EvaluationEnvironment): EvaluatedOutcome {
    const flag = this.flags.get(flagKey)
    if (flag === undefined) return this.#notFound(flagKey)
    if (flag.constant !== null) return flag.constant
    const state = this.#begin(context, environment)
    const outcome = flag.answer(state)
    state.end()
    return outcome
  }

  evaluateAll(context: JsonObject, environment: EvaluationEnvironment, audience: Audience): EvaluatedOutcome[] {
    const state = this.#begin(context, environment)
    const outcomes: EvaluatedOutcome[] = []
    for (const { constant, flag } of this.#visible[audience]) {
      if (constant !== null) {
        outcomes.push(constant)
        continue
      }
      state.beginFlag()
      const outcome = this.#isEntangled ? state.flag(flag.slot) : flag.answer(state)
      if (outcome !== null && !outcome.hidden) outcomes.push(outcome)
    }
    state.end()
    return outcomes
  }

  /** An evaluation that is started from inside another one gets a state of its own. */
  #begin(context: JsonObject, environment: EvaluationEnvironment): EvaluationState {
    const state = this.#state.busy ? new EvaluationState(this.#tables) : this.#state
    state.begin(context, environment)
    return state
  }

  #notFound(flagKey: string): EvaluatedOutcome {
    const owner = { flagKey, slot: -1, audience: 'all', metadata: this.ruleset.metadata ?? {} } as const
    const errorDetails = `flag ${JSON.stringify(flagKey)} not found`
    return new CompiledOutcome(owner, -1, { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', errorDetails })
  }

  reads(flagKey?: string): Reads {
    let reads = this.#reads.get(flagKey)
    if (reads === undefined) {
      reads = readsOf(this.#asked(flagKey), this)
      this.#reads.set(flagKey, reads)
    }
    return reads
  }

  validUntil(nowMs: number, flagKey?: string): number {
    let changes = this.#changes.get(flagKey)
    if (changes === undefined) {
      changes = changesOf(this.#asked(flagKey), this)
      this.#changes.set(flagKey, changes)
    }
    return validUntil(changes, nowMs)
  }

  #asked(flagKey: string | undefined): readonly CompiledFlag[] {
    if (flagKey === undefined) return this.#sorted
    const flag = this.flags.get(flagKey)
    return flag === undefined ? [] : [flag]
  }

  isSupported(flagKey: string): boolean {
    const flag = this.flags.get(flagKey)
    if (flag === undefined) return true
    let known = this.#supported.get(flag)
    if (known === undefined) {
      known = isSupported(flag, this)
      this.#supported.set(flag, known)
    }
    return known
  }

  changedFrom(other: Snapshot): string[] {
    return changedFlagKeys(this, other as CompiledSnapshot)
  }

  ordinalOf(outcome: EvaluatedOutcome): number {
    const { slot, index } = outcome as CompiledOutcome
    return index < 0 ? -1 : (this.#firstOrdinals[slot] as number) + index
  }

  outcomeAt(ordinal: number): EvaluatedOutcome {
    this.#listed ??= this.#sorted.flatMap(({ outcomes }) => outcomes)
    const outcome = this.#listed[ordinal]
    if (outcome === undefined) throw new RangeError(`there is no outcome ${ordinal}, only ${this.#listed.length}`)
    return outcome
  }

  /** Parts that cannot be evaluated: `flag <key>` and `segment <id>`. */
  broken(): Map<string, BrokenPart> {
    const broken = new Map<string, BrokenPart>()
    for (const [key, flag] of this.flags) {
      const { errorCode = 'PARSE_ERROR' as const, errorDetails: message = '' } = flag.constant ?? {}
      if (flag.isSpoiled) broken.set(`flag ${key}`, { errorCode, message })
    }
    for (const [id, { problem: message }] of this.segments) {
      if (message !== null) broken.set(`segment ${id}`, { errorCode: 'PARSE_ERROR', message })
    }
    return broken
  }
}
