/** How much a new revision takes away at once. */
import type { EvaluatedOutcome, Snapshot } from '@switchyard/engine'

export interface BlastRadius {
  /** Flags that are there no more. */
  readonly removed: number
  /** Flags that were on and are off. */
  readonly switchedOff: number
  /** Of the flags that were on or are gone; 0 where there were none. */
  readonly percent: number
}

/**
 * Compares what is served with what would be, as somebody without any attributes sees it: what a flag's rules give to a few is a
 * matter of that flag. A flag is off when it is disabled, does not work, or says `false`.
 *
 * @param nowMs epoch milliseconds, for flags that read the clock
 */
export function blastRadius(before: Snapshot, after: Snapshot, nowMs: number): BlastRadius {
  const wereOn = new Set(flagsThatAreOn(before, nowMs))
  const areOn = new Set(flagsThatAreOn(after, nowMs))
  const removed = before.flagKeys.filter((key) => !Object.hasOwn(after.ruleset.flags, key))
  const switchedOff = [...wereOn].filter((key) => !areOn.has(key) && Object.hasOwn(after.ruleset.flags, key))
  const atStake = new Set([...wereOn, ...removed]).size
  const lost = removed.length + switchedOff.length
  return {
    removed: removed.length,
    switchedOff: switchedOff.length,
    percent: atStake === 0 ? 0 : (lost / atStake) * 100,
  }
}

/** The same for both sides, so that nothing but the flags makes a difference. */
const nobody = { targetingKey: 'nobody' }

function flagsThatAreOn(snapshot: Snapshot, nowMs: number): string[] {
  const outcomes = snapshot.evaluateAll(nobody, { nowMs, random: () => 0 }, 'server')
  return outcomes.filter(isOn).map(({ flagKey }) => flagKey)
}

function isOn({ reason, value }: EvaluatedOutcome): boolean {
  return reason !== 'DISABLED' && reason !== 'ERROR' && value !== false
}
