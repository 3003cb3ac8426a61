/** The recorded environments and answers, and the way from a FeatBit user to an evaluation context. */
import { readFileSync } from 'node:fs'
import { compile } from '../../../src/index.js'
import type { EvaluatedOutcome, JsonObject, Snapshot } from '../../../src/index.js'
import { featbit, type FeatBitDocument, type FeatBitOptions } from '../../../src/vendors/featbit/index.js'

export const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.5 }

const folder = new URL('../../../../test/fixtures/featbit/', import.meta.url)

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

export interface RecordedUser {
  readonly key: string
  readonly name: string
  readonly customizedProperties: readonly { readonly name: string; readonly value: string | null }[]
}

export interface Answer {
  readonly kind?: string | undefined
  readonly variationId?: string | undefined
  readonly value?: string | undefined
  readonly sendToExperiment?: boolean | undefined
  /** What the implementation raised instead of answering. */
  readonly error?: string
}

export interface UnanimousRow extends Answer {
  readonly user: string
  readonly flag: string
}

export interface DivergentRow {
  readonly user: string
  readonly flag: string
  readonly server: Answer
  readonly spec: Answer
}

export interface RecordedCases {
  readonly payload: string
  readonly users: readonly RecordedUser[]
  readonly unanimous: readonly UnanimousRow[]
  readonly divergent: readonly DivergentRow[]
}

export const suites = ['core', 'operators', 'rollout', 'experiment'] as const

export function readCases(suite: (typeof suites)[number]): RecordedCases {
  return readFixture(`cases-${suite}.json`) as RecordedCases
}

/** The context that OpenFeature would carry for the user; of properties with the same name, FeatBit sees the first. */
export function contextOf({ key, name, customizedProperties }: RecordedUser): JsonObject {
  const properties = customizedProperties.map((property) => [property.name, property.value] as const).toReversed()
  return { ...Object.fromEntries(properties), targetingKey: key, name }
}

export function decodeOrThrow(input: unknown): FeatBitDocument {
  const decoded = featbit.decode(input)
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.diagnostics))
  return decoded.document
}

export function snapshotOf(input: unknown, options: FeatBitOptions = {}): Snapshot {
  return compile(featbit.translate(decodeOrThrow(input), options).ruleset).snapshot
}

/** An outcome in the words of the recordings. */
export function answerOf(outcome: EvaluatedOutcome): Answer {
  if (outcome.errorCode === 'FLAG_NOT_FOUND') return { kind: 'Archived' }
  if (outcome.errorCode !== undefined) return { kind: 'Error' }
  const { value, sendToExperiment } = outcome.native as { value: string; sendToExperiment: boolean }
  return { kind: kindOf(outcome), variationId: outcome.variant ?? '', value, sendToExperiment }
}

function kindOf({ reason, native, serverMetadata }: EvaluatedOutcome): string {
  if (reason === 'DISABLED') return 'Off'
  if (typeof serverMetadata['ruleName'] === 'string') return 'RuleMatch'
  return (native as { matchReason: string }).matchReason === 'targeted' ? 'TargetMatch' : 'FallThrough'
}

/** A recorded answer in the same words: every way of not answering is an error. */
export function expectedAnswer({ kind, variationId, value, sendToExperiment, error }: Answer): Answer {
  if (kind === 'Archived') return { kind }
  if (error !== undefined || kind === 'Error' || kind === 'Malformed') return { kind: 'Error' }
  return { kind, variationId, value, sendToExperiment }
}
