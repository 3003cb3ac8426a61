/** Identity overrides become the ruleset's table of individual assignments: matched by exact identifier, stronger than all else. */
import { fromEntries } from '../../ruleset/json.js'
import type { Outcome, TargetEntry, Targets } from '../../ruleset/types.js'
import type { FeatureState } from './document.js'
import { type OutcomeOptions, outcomeOf, type Share } from './outcome.js'
import type { OutcomeList } from './outcome-list.js'

/** So many different outcomes of one flag are listed, and shared by index; further ones stand in the table themselves. */
const maxListedOutcomes = 64

type IdentityOverrides = ReadonlyMap<string, readonly FeatureState[]>

/** Names of the features that some identity overrides. */
export function assignedFeatures(overrides: IdentityOverrides): Set<string> {
  const names = new Set<string>()
  for (const states of overrides.values()) for (const { name } of states) names.add(name)
  return names
}

/**
 * Builds the table. Overrides of features that the environment does not have are left out.
 *
 * @param flags the environment's flags, whose outcomes it adds to
 * @returns null where nothing is overridden
 */
export function translateIdentityOverrides(
  overrides: IdentityOverrides,
  flags: ReadonlyMap<string, { readonly outcomes: OutcomeList }>,
  options: OutcomeOptions,
): Targets | null {
  const assignments = new Map(
    [...assignedFeatures(overrides)].flatMap((name) => {
      const flag = flags.get(name)
      return flag === undefined ? [] : [[name, createAssignments(flag.outcomes, options)] as const]
    }),
  )
  const targets: [string, TargetEntry][] = []
  for (const [identifier, states] of overrides) {
    const entry = new Map<string, number | Outcome>()
    for (const state of states) {
      const assign = assignments.get(state.name)
      if (assign !== undefined && !entry.has(state.name)) entry.set(state.name, assign(state))
    }
    if (entry.size > 0) targets.push([identifier, fromEntries(entry)])
  }
  return targets.length === 0 ? null : fromEntries(targets)
}

/** Remembers one flag's assigned outcomes: identities share few of them. */
function createAssignments(listed: OutcomeList, options: OutcomeOptions): (state: FeatureState) => number | Outcome {
  const known = new Map<string, number | Outcome>()
  return (state) => {
    const share = assignedShare(state)
    const { enabled, type, value, problem } = state
    const key = JSON.stringify([enabled, type, value, share, problem])
    let assignment = known.get(key)
    if (assignment === undefined) {
      const outcome = outcomeOf(state, { kind: 'identity' }, share, options)
      assignment = known.size < maxListedOutcomes ? listed.add(outcome) : outcome
      known.set(key, assignment)
    }
    return assignment
  }
}

/** The option that has all of an override's weight: that is how the dashboard assigns one. */
function assignedShare({ options }: FeatureState): Exclude<Share, 'control'> {
  return options.find(({ weight }) => weight >= 100) ?? null
}
