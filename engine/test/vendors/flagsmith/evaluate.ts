/** Helpers of Flagsmith's tests: documents to snapshots, answers in the vendor's words. */
import { compile, type EvaluatedOutcome, type JsonObject, type Ruleset, type Snapshot } from '../../../src/index.js'
import {
  decodeEvaluationContext,
  flagsmith,
  type FlagsmithTranslationOptions,
} from '../../../src/vendors/flagsmith/index.js'

export const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.25 }

/** Decodes and translates a document that must be accepted. */
export function rulesetOf(document: unknown, options: FlagsmithTranslationOptions = {}): Ruleset {
  const decoded = flagsmith.decode(document)
  if (!decoded.ok) throw new Error(decoded.diagnostics.map(({ message }) => message).join('\n'))
  return flagsmith.translate(decoded.document, options).ruleset
}

export function snapshotOf(document: unknown, options: FlagsmithTranslationOptions = {}): Snapshot {
  return compile(rulesetOf(document, options)).snapshot
}

/** The same for an evaluation context of the vendor's engine. */
export function rulesetOfContext(context: unknown): Ruleset {
  const decoded = decodeEvaluationContext(context)
  if (!decoded.ok) throw new Error(decoded.diagnostics.map(({ message }) => message).join('\n'))
  return flagsmith.translate(decoded.document).ruleset
}

/** A flag as the vendor's engine reports it. */
export interface VendorFlag {
  readonly enabled: boolean
  readonly value: unknown
  readonly reason: string
  readonly variant: string | null
}

/** The answer in the vendor's words; `on` and `off` are ours, for flags that are not split. */
export function inVendorWords({ native, variant }: EvaluatedOutcome): VendorFlag {
  const { enabled, value, reason } = native as { enabled: boolean; value: unknown; reason: string }
  return { enabled, value, reason, variant: variant === 'on' || variant === 'off' ? null : (variant ?? null) }
}

/** All flags that servers may see, in the vendor's words, by name; hidden ones included. */
export function vendorFlags(snapshot: Snapshot, context: JsonObject): Record<string, VendorFlag> {
  return Object.fromEntries(
    snapshot.flagKeys.map((key) => [key, inVendorWords(snapshot.evaluate(key, context, clock))]),
  )
}

/** Names of the segments a context is in, in the ruleset's order: found out by a flag for each. */
export function segmentsOf(ruleset: Ruleset, context: JsonObject): string[] {
  const segments = Object.entries(ruleset.segments ?? {})
  const outcomes = [
    { value: true, reason: 'TARGETING_MATCH' as const },
    { value: false, reason: 'DEFAULT' as const },
  ]
  const probes = segments.map(([id]) => [
    id,
    { outcomes, decide: { rules: [{ when: ['segment', id] as const, then: 0 }], else: 1 } },
  ])
  const { snapshot } = compile({ ...ruleset, flags: Object.fromEntries(probes) })
  return segments
    .filter(([id]) => snapshot.evaluate(id, context, clock).value === true)
    .map(([id, { name }]) => name ?? id)
}
