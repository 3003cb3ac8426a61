/** The recorded environment and answers, and the way from Flagbase's context to ours. */
import { readFileSync } from 'node:fs'
import { compile } from '../../../src/index.js'
import type { JsonObject, Snapshot } from '../../../src/index.js'
import { flagbase, type FlagbaseDocument, type FlagbaseOptions } from '../../../src/vendors/flagbase/index.js'
import { rawFlag, rawRule, rawRuleset } from './documents.js'

export const clock = { nowMs: Date.UTC(2026, 0, 1), random: (): number => 0.5 }

const folder = new URL('../../../../test/fixtures/flagbase/', import.meta.url)

function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

export interface RecordedEvaluation {
  readonly context: RecordedContext
  readonly evaluations: Readonly<Record<string, readonly [variationKey: string, reason: string]>>
}

interface RecordedContext {
  readonly identifier?: string
  readonly traits?: JsonObject
}

export const production: unknown = readFixture('ruleset-production.json')
export const evaluations = readFixture('evaluations-production.json') as readonly RecordedEvaluation[]

export const buckets = readFixture('bucket-vectors.json') as readonly {
  readonly flagKey: string
  readonly identifier: string
  readonly bucket: number
}[]

export const weightings = readFixture('weight-vectors.json') as readonly {
  readonly weights: readonly number[]
  /** Both bounds included. */
  readonly ranges: readonly {
    readonly fromBucket: number
    readonly toBucket: number
    readonly variationIndex: number
  }[]
}[]

export const matches = readFixture('matcher-vectors.json') as readonly {
  readonly operator: string
  /** JSON text. */
  readonly traitJson: string
  readonly ruleValue: string
  /** Before negation. */
  readonly match: boolean
}[]

/** One flag for each recorded match: `0` has the first one's rule, `-0` the same negated, and so on. */
export const matchRuleset: unknown = rawRuleset(
  ...matches.flatMap(({ operator, ruleValue }, index) =>
    [false, true].map((negate) =>
      rawFlag({
        flagKey: `${negate ? '-' : ''}${index}`,
        rules: [rawRule({ traitKey: 'trait', operator, traitValue: ruleValue, negate })],
      }),
    ),
  ),
)

/** Traits are attributes; without an identifier there is no targeting key. */
export function contextOf({ identifier, traits }: RecordedContext): JsonObject {
  return { ...traits, ...(identifier === undefined ? {} : { targetingKey: identifier }) }
}

export function decodeOrThrow(input: unknown): FlagbaseDocument {
  const decoded = flagbase.decode(input)
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.diagnostics))
  return decoded.document
}

export function snapshotOf(input: unknown, options: FlagbaseOptions = {}): Snapshot {
  return compile(flagbase.translate(decodeOrThrow(input), options).ruleset).snapshot
}
