/** Evaluation inside the application: the relay's ruleset, compiled here; every answer takes microseconds and no network. */
import {
  compile,
  isVisible,
  knownDialects,
  normalizeContext,
  resolveAs,
  type EvaluatedOutcome,
  type SealedRuleset,
  type Snapshot,
} from '@switchyard/engine'
import { failed, type Json, type Metadata, type Resolution, type ValueType } from '../ofrep/index.js'
import type { UsageCounts } from './usage-counts.js'
import { createVersionStamp } from './version-stamp.js'

/** What a ruleset brought. */
export interface Accepted {
  /** Keys of the flags whose answers may differ from before. */
  readonly changed: string[]
  /** What this engine does not know of it, for people; empty where it knows everything. */
  readonly unknown: string
}

/** What an in-process provider holds: the revision that answers. */
export interface InProcess {
  /** null before the first ruleset. */
  readonly snapshot: Snapshot | null
  /** Takes a revision into service. */
  accept(ruleset: SealedRuleset): Accepted
  /** Whether everything that the flag reaches is known here; where it is not, the relay's answer is a better one. */
  isSupported(flagKey: string): boolean
  resolve(flagKey: string, type: ValueType, defaultValue: Json, context: object): Resolution<Json>
}

/** @param usage counts the answers, where they are counted */
export function createInProcess(now: () => number, random: () => number, usage: UsageCounts | null): InProcess {
  let snapshot: Snapshot | null = null
  let stamp = createVersionStamp('')
  return {
    get snapshot() {
      return snapshot
    },
    accept(ruleset) {
      const previous = snapshot
      const compilation = compile(ruleset, { previous: previous ?? undefined })
      snapshot = compilation.snapshot
      usage?.swap(snapshot)
      stamp = createVersionStamp(ruleset.revision)
      return {
        changed: previous === null ? [...snapshot.flagKeys] : snapshot.changedFrom(previous),
        unknown: unknownIn(ruleset, compilation.diagnostics),
      }
    },
    isSupported: (flagKey) => snapshot?.isSupported(flagKey) !== false,
    resolve(flagKey, type, defaultValue, context) {
      if (snapshot === null) return failed(defaultValue, 'PROVIDER_NOT_READY', 'there are no flags yet')
      if (!isTargetingKey(context)) {
        return failed(defaultValue, 'INVALID_CONTEXT', 'context.targetingKey is not a string')
      }
      const outcome = snapshot.evaluate(flagKey, normalizeContext(context), { nowMs: now(), random })
      const resolution = isVisible(outcome, 'server')
        ? toResolution(outcome, type, defaultValue, stamp)
        : notFound(flagKey, defaultValue, stamp(snapshot.ruleset.metadata ?? noMetadata))
      usage?.count(outcome, resolution.reason)
      return resolution
    },
  }
}

const noMetadata: Metadata = {}

function toResolution(
  outcome: EvaluatedOutcome,
  type: ValueType,
  defaultValue: Json,
  stamp: (metadata: Metadata) => Metadata,
): Resolution<Json> {
  const { variant, reason } = outcome
  const flagMetadata = stamp(outcome.serverMetadata)
  const resolved = resolveAs(outcome, type)
  if (resolved.kind === 'error') return failed(defaultValue, resolved.errorCode, resolved.errorDetails, flagMetadata)
  const value = resolved.kind === 'value' ? resolved.value : defaultValue
  return { value, reason, flagMetadata, ...(variant === undefined ? {} : { variant }) }
}

/** Types do not hold applications in JavaScript off, and the relay refuses such a context as well. */
function isTargetingKey({ targetingKey }: { readonly targetingKey?: unknown }): boolean {
  return targetingKey === undefined || targetingKey === null || typeof targetingKey === 'string'
}

function notFound(flagKey: string, defaultValue: Json, metadata: Metadata): Resolution<Json> {
  return failed(defaultValue, 'FLAG_NOT_FOUND', `flag ${JSON.stringify(flagKey)} not found`, metadata)
}

/** The codes by which the compiler reports what a later version may know. */
const unknownCodes: ReadonlySet<string> = new Set(['UNKNOWN_OPERATOR', 'UNSUPPORTED_PATTERN'])

function unknownIn(
  { dialects }: SealedRuleset,
  diagnostics: readonly { readonly code: string; readonly message: string }[],
): string {
  const later = dialects
    .filter((dialect) => !knownDialects.includes(dialect))
    .map((dialect) => `the dialect ${dialect}`)
  const parts = diagnostics.flatMap(({ code, message }) => (unknownCodes.has(code) ? [message] : []))
  const all = [...new Set([...later, ...parts])]
  return all.length > 5 ? `${all.slice(0, 5).join('; ')} and ${all.length - 5} more` : all.join('; ')
}
