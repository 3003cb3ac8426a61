/** Evaluation inside the application: the relay's ruleset, compiled here; every answer takes microseconds and no network. */
import {
  compile,
  isVisible,
  normalizeContext,
  resolveAs,
  type EvaluatedOutcome,
  type SealedRuleset,
  type Snapshot,
} from '@switchyard/engine'
import { failed, type Json, type Resolution, type ValueType } from '../ofrep/index.js'

/** What an in-process provider holds: the revision that answers. */
export interface InProcess {
  /** null before the first ruleset. */
  readonly snapshot: Snapshot | null
  /** Takes a revision into service. @returns the keys of the flags whose answers may differ */
  accept(ruleset: SealedRuleset): string[]
  /** Answers, or null where only the relay can: the flag reaches something that this engine does not know. */
  resolve(flagKey: string, type: ValueType, defaultValue: Json, context: object): Resolution<Json> | null
}

export function createInProcess(now: () => number, random: () => number): InProcess {
  let snapshot: Snapshot | null = null
  return {
    get snapshot() {
      return snapshot
    },
    accept(ruleset) {
      const previous = snapshot
      snapshot = compile(ruleset, { previous: previous ?? undefined }).snapshot
      return previous === null ? [...snapshot.flagKeys] : snapshot.changedFrom(previous)
    },
    resolve(flagKey, type, defaultValue, context) {
      if (snapshot === null) return failed(defaultValue, 'PROVIDER_NOT_READY', 'there are no flags yet')
      if (!snapshot.isSupported(flagKey)) return null
      const outcome = snapshot.evaluate(flagKey, normalizeContext(context), { nowMs: now(), random })
      return toResolution(outcome, type, defaultValue)
    },
  }
}

function toResolution(outcome: EvaluatedOutcome, type: ValueType, defaultValue: Json): Resolution<Json> {
  if (!isVisible(outcome, 'server')) {
    return failed(defaultValue, 'FLAG_NOT_FOUND', `flag ${JSON.stringify(outcome.flagKey)} not found`)
  }
  const { serverMetadata: flagMetadata, variant, reason } = outcome
  const resolved = resolveAs(outcome, type)
  if (resolved.kind === 'error') return failed(defaultValue, resolved.errorCode, resolved.errorDetails, flagMetadata)
  const value = resolved.kind === 'value' ? resolved.value : defaultValue
  return { value, reason, flagMetadata, ...(variant === undefined ? {} : { variant }) }
}
