/** A percentage rollout becomes a split over the bucket of flag key and dispatch text. */
import type { OutcomeTable } from '../../ruleset/outcome-table.js'
import type { Decision, Expr } from '../../ruleset/types.js'
import type { TranslationScope } from './condition.js'
import type { FeatBitFlag, Rollout, RolloutVariation, Variation } from './document.js'
import { malformedFlag, type Match, outcomeOf, type Served } from './outcome.js'
import { isBlank } from './text.js'

/** What is needed to say which outcome a variation is. */
export interface FlagScope extends TranslationScope {
  readonly flag: FeatBitFlag
  /** The flag's variations by id; of two with the same id the first one counts. */
  readonly variations: ReadonlyMap<string, Variation>
  readonly table: OutcomeTable
}

export function variationsById({ variations }: FeatBitFlag): ReadonlyMap<string, Variation> {
  return new Map(variations.toReversed().map((variation) => [variation.id, variation]))
}

/**
 * The decision of a matched rule or of the default rule. The first interval that holds the bucket wins, in stored order; a
 * user whom none holds gets the malformed flag, never the next rule.
 */
export function rolloutDecision(rollout: Rollout, match: Match, path: readonly string[], scope: FlagScope): Decision {
  const first = rollout.variations.find((variation) => !isNobody(variation.rollout))
  if (first === undefined) scope.sink.error('INVALID_FLAG', [...path, 'variations'], 'no user is in this rollout')
  const isSplit = first === undefined || !isEverybody(first.rollout)
  const served: ServedRollout = {
    rollout,
    match: isSplit ? { ...match, reason: 'SPLIT' } : match,
    text: dispatchText(rollout.dispatchKey),
  }
  const arms: Arm[] = []
  for (const [index, variation] of rollout.variations.entries()) {
    const [from, to] = variation.rollout
    if (isNobody(variation.rollout)) continue
    const then = variationServed(variation, served, [...path, 'variations', String(index), 'id'], scope)
    // Everybody who comes this far is in it: nothing after it is ever reached.
    if (isEverybody(variation.rollout)) return splitOver(scope.flag.key, served.text, arms, then)
    arms.push([from, to, then])
  }
  return splitOver(scope.flag.key, served.text, arms, scope.table.add(malformedFlag))
}

type Arm = readonly [from: number, to: number, then: Decision]

/** A rollout, why it applies, and the text whose bucket decides. */
interface ServedRollout {
  readonly rollout: Rollout
  readonly match: Match
  readonly text: Expr
}

/** The decision that serves a variation whoever asks. */
export function variationDecision(
  variationId: string,
  served: Served,
  path: readonly string[],
  scope: FlagScope,
): number {
  const variation = findVariation(variationId, path, scope)
  return scope.table.add(variation === null ? malformedFlag : outcomeOf(scope.flag, variation, served))
}

/** Null, with a diagnostic, where the flag has no such variation. */
function findVariation(variationId: string, path: readonly string[], scope: FlagScope): Variation | null {
  const variation = scope.variations.get(variationId)
  if (variation !== undefined) return variation
  scope.sink.error('UNKNOWN_REFERENCE', path, `the flag has no variation ${JSON.stringify(variationId)}`)
  return null
}

function splitOver(prefix: string, text: Expr, arms: readonly Arm[], otherwise: Decision): Decision {
  if (arms.length === 0) return otherwise
  return { split: ['featbit.bucket', prefix, text], arms, closed: true, else: otherwise }
}

/** Without a dispatch key it is the user's key; an attribute that is missing counts as empty text. */
function dispatchText(dispatchKey: string | null): Expr {
  if (dispatchKey === null || isBlank(dispatchKey) || dispatchKey === 'keyId') return ['key']
  return ['featbit.text', ['attr', dispatchKey]]
}

/** An interval of nothing holds nobody, not even the one whose bucket is 0. */
function isNobody([from, to]: RolloutVariation['rollout']): boolean {
  return from > to || (from === 0 && to === 0)
}

/** The evaluation server does not hash where an interval is the whole one, or nearly. */
function isEverybody([from, to]: RolloutVariation['rollout']): boolean {
  return from === 0 && 1 - to < 1e-5
}

/** Served with or without a part in the experiment, which a second bucket may decide. */
function variationServed(
  rolloutVariation: RolloutVariation,
  { rollout, match, text }: ServedRollout,
  path: readonly string[],
  scope: FlagScope,
): Decision {
  const { flag, table } = scope
  const variation = findVariation(rolloutVariation.id, path, scope)
  if (variation === null) return table.add(malformedFlag)
  const answer = (sendToExperiment: boolean): number =>
    table.add(outcomeOf(flag, variation, { match, sendToExperiment }))
  const share = experimentShare(rolloutVariation, rollout, flag)
  if (share === 0) return answer(false)
  if (isEverybody([0, share])) return answer(true)
  return splitOver(`expt${flag.key}`, text, [[0, share, answer(true)]], answer(false))
}

/** The part of the variation's users who take part in the experiment, 0 to 1. */
function experimentShare(
  { rollout: [from, to], exptRollout }: RolloutVariation,
  rollout: Rollout,
  flag: FeatBitFlag,
): number {
  if (flag.exptIncludeAllTargets) return 1
  if (!rollout.includedInExpt || from === to) return 0
  return Math.min(Math.max(exptRollout / (to - from), 0), 1)
}
