/** The snapshot over compiled parts: evaluation, what it depends on, and until when it holds. */
import type { Reads } from '../ruleset/dialect.js'
import { byCodeUnits } from '../ruleset/json.js'
import type { Audience, Changes, JsonObject, Ruleset } from '../ruleset/types.js'
import type { BrokenPart } from '../explain/explanation.js'
import { changedFlagKeys } from './changed-flags.js'
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledSegment } from './compile.js'
import { CompiledOutcome } from './outcome.js'
import { noReferences, type References, toReads } from './references.js'
import type { Slots } from './slots.js'
import { type EvaluatedOutcome, type EvaluationEnvironment, isVisible, type Snapshot } from './snapshot.js'
import { EvaluationState, type Tables } from './state.js'
import { validUntil } from './valid-until.js'

export interface CompiledSnapshot extends Snapshot {
  readonly slots: Slots
  readonly tables: Tables
  flag(key: string): CompiledFlag | undefined
  segment(id: string): CompiledSegment | undefined
  /** Parts that cannot be evaluated, with the reason: `flag <key>` and `segment <id>`. */
  readonly broken: ReadonlyMap<string, BrokenPart>
}

export interface SnapshotParts {
  readonly ruleset: Ruleset
  readonly slots: Slots
  readonly flags: ReadonlyMap<string, CompiledFlag>
  readonly segments: ReadonlyMap<string, CompiledSegment>
  readonly tables: Tables
}

export function compiledSnapshot({ ruleset, slots, flags, segments, tables }: SnapshotParts): CompiledSnapshot {
  const flagKeys = [...flags.keys()].sort(byCodeUnits)
  const sorted = flagKeys.map((key) => flags.get(key) as CompiledFlag)
  const forClients = sorted.filter(({ audience }) => audience === 'all')
  const forServers = sorted.filter(({ audience }) => audience !== 'internal')
  const firstOrdinals = countOutcomes(sorted, slots)
  const reads = memoise((key) => toReads(reachedBy(key === undefined ? sorted : [flags.get(key)], flags, segments)))
  const changes = memoise((key) => changesOf(key === undefined ? sorted : [flags.get(key)], flags, segments))
  let listed: CompiledOutcome[] | undefined
  const shared = new EvaluationState(tables)
  /** A state of its own for an evaluation that is started from inside another one. */
  const idleState = (): EvaluationState => (shared.busy ? new EvaluationState(tables) : shared)

  return {
    ruleset,
    slots,
    tables,
    flagKeys,
    flag: (key) => flags.get(key),
    segment: (id) => segments.get(id),
    get broken() {
      return brokenParts(flags, segments)
    },
    evaluate(flagKey, context, environment) {
      const flag = flags.get(flagKey)
      if (flag === undefined) return notFound(flagKey, ruleset)
      if (flag.constant !== null) return flag.constant
      const state = idleState()
      state.begin(context, environment)
      const outcome = flag.answer(state)
      state.end()
      return outcome
    },
    evaluateAll(context: JsonObject, environment: EvaluationEnvironment, audience: Audience) {
      const state = idleState()
      state.begin(context, environment)
      const outcomes: EvaluatedOutcome[] = []
      for (const flag of audience === 'client' ? forClients : forServers) {
        state.locals.length = 0
        const outcome = state.flag(flag.slot)
        if (outcome !== null && isVisible(outcome, audience)) outcomes.push(outcome)
      }
      state.end()
      return outcomes
    },
    reads: (flagKey?: string): Reads => reads(flagKey),
    validUntil: (nowMs, flagKey) => validUntil(changes(flagKey), nowMs),
    changedFrom(other) {
      return changedFlagKeys(this, other as CompiledSnapshot)
    },
    outcomeCount: firstOrdinals.total,
    ordinalOf(outcome) {
      const { flagKey, index } = outcome as CompiledOutcome
      const flag = index < 0 ? undefined : flags.get(flagKey)
      return flag?.outcomes[index] === outcome ? (firstOrdinals.bySlot[flag.slot] as number) + index : -1
    },
    outcomeAt(ordinal) {
      listed ??= sorted.flatMap(({ outcomes }) => outcomes)
      const outcome = listed[ordinal]
      if (outcome === undefined) throw new RangeError(`there is no outcome ${ordinal}, only ${listed.length}`)
      return outcome
    },
  }
}

function brokenParts(flags: Flags, segments: Segments): Map<string, BrokenPart> {
  const broken = new Map<string, BrokenPart>()
  for (const [key, flag] of flags) {
    const { errorCode = 'PARSE_ERROR' as const, errorDetails: message = 'malformed flag' } = flag.constant ?? {}
    if (flag.isSpoiled) broken.set(`flag ${key}`, { errorCode, message })
  }
  for (const [id, { problem }] of segments) {
    if (problem !== null) broken.set(`segment ${id}`, { errorCode: 'PARSE_ERROR', message: problem })
  }
  return broken
}

function notFound(flagKey: string, ruleset: Ruleset): EvaluatedOutcome {
  const owner = { flagKey, audience: 'all', metadata: ruleset.metadata ?? {} } as const
  return new CompiledOutcome(owner, -1, {
    reason: 'ERROR',
    errorCode: 'FLAG_NOT_FOUND',
    errorDetails: `flag ${JSON.stringify(flagKey)} not found`,
  })
}

function countOutcomes(flags: readonly CompiledFlag[], slots: Slots): { bySlot: Int32Array; total: number } {
  const bySlot = new Int32Array(slots.flags.size)
  let total = 0
  for (const { slot, outcomes } of flags) {
    bySlot[slot] = total
    total += outcomes.length
  }
  return { bySlot, total }
}

function memoise<T>(compute: (key: string | undefined) => T): (key: string | undefined) => T {
  const known = new Map<string | undefined, T>()
  return (key) => {
    let value = known.get(key)
    if (value === undefined) {
      value = compute(key)
      known.set(key, value)
    }
    return value
  }
}

type Flags = ReadonlyMap<string, CompiledFlag>
type Segments = ReadonlyMap<string, CompiledSegment>

/** All parts that the flags reach, themselves included. */
function* partsReached(
  from: readonly (CompiledFlag | undefined)[],
  flags: Flags,
  segments: Segments,
): Generator<CompiledFlag | CompiledSegment> {
  const queue: (CompiledFlag | CompiledSegment)[] = from.filter((flag) => flag !== undefined)
  const seen = new Set(queue)
  for (const part of queue) {
    yield part
    const next = [
      ...Array.from(part.references.segments, (id) => segments.get(id)),
      ...Array.from(part.references.flags, (key) => flags.get(key)),
    ]
    for (const other of next) {
      if (other === undefined || seen.has(other)) continue
      seen.add(other)
      queue.push(other)
    }
  }
}

function reachedBy(from: readonly (CompiledFlag | undefined)[], flags: Flags, segments: Segments): References {
  const all = noReferences()
  for (const { references } of partsReached(from, flags, segments)) {
    for (const name of references.attributes) all.attributes.add(name)
    all.key ||= references.key
    all.whole ||= references.whole
    all.clock ||= references.clock
    all.random ||= references.random
  }
  return all
}

/** When the answers may change by themselves: what the parts say, or `always` for one that reads the clock and does not say. */
function changesOf(from: readonly (CompiledFlag | undefined)[], flags: Flags, segments: Segments): Changes {
  const all: Exclude<Changes, 'always'>[number][] = []
  for (const part of partsReached(from, flags, segments)) {
    const declared = 'segment' in part ? part.segment.changes : part.changes
    if (declared === 'always' || (declared === undefined && part.references.clock)) return 'always'
    if (Array.isArray(declared)) all.push(...(declared as typeof all))
  }
  return all
}
