/** Identity overrides become the ruleset's table of individual assignments: matched by exact identifier, stronger than all else. */
import { fromEntries } from '../../ruleset/json.js'
import type { OutcomeTable } from '../../ruleset/outcome-table.js'
import type { Outcome, TargetEntry, Targets } from '../../ruleset/types.js'
import type { FeatureState } from './document.js'
import { type OutcomeOptions, outcomeOf, type Share } from './outcome.js'

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
 * Builds the table. Overrides of features that the environment does not have are left out; identities that are assigned the
 * same share one entry.
 *
 * @param flags the environment's flags, whose outcomes it adds to
 * @returns null where nothing is overridden
 */
export function translateIdentityOverrides(
  overrides: IdentityOverrides,
  flags: ReadonlyMap<string, { readonly outcomes: OutcomeTable }>,
  options: OutcomeOptions,
): Targets | null {
  const assignments = new Map([...flags].map(([name, { outcomes }]) => [name, createAssignments(outcomes, options)]))
  const entries = new Map<string, TargetEntry>()
  const targets: [string, TargetEntry][] = []
  const entry = new Map<string, number | Outcome>()
  for (const [identifier, states] of overrides) {
    entry.clear()
    for (const state of states) {
      const assign = assignments.get(state.name)
      if (assign !== undefined && !entry.has(state.name)) entry.set(state.name, assign(state))
    }
    if (entry.size > 0) targets.push([identifier, shared(entry, entries)])
  }
  return targets.length === 0 ? null : fromEntries(targets)
}

/** An entry like this one that is there already, or this one; those with outcomes of their own have no equal. */
function shared(entry: ReadonlyMap<string, number | Outcome>, entries: Map<string, TargetEntry>): TargetEntry {
  let text = ''
  for (const [name, assigned] of entry) {
    if (typeof assigned !== 'number') return fromEntries(entry)
    text += `${assigned} ${name.length} ${name}`
  }
  const known = entries.get(text)
  if (known !== undefined) return known
  const created = fromEntries(entry)
  entries.set(text, created)
  return created
}

/** Remembers one flag's assigned outcomes: identities share few of them. */
function createAssignments(listed: OutcomeTable, options: OutcomeOptions): (state: FeatureState) => number | Outcome {
  const known = new Map<string, number | Outcome>()
  return (state) => {
    const share = assignedShare(state)
    const text = textOf(state, share)
    let assignment = known.get(text)
    if (assignment === undefined) {
      const outcome = outcomeOf(state, { kind: 'identity' }, share, options)
      assignment = known.size < maxListedOutcomes ? listed.add(outcome) : outcome
      known.set(text, assignment)
    }
    return assignment
  }
}

/** Different for states with different outcomes. The common case does without the serialiser, which is most of the time. */
function textOf({ enabled, value, problem }: FeatureState, share: Share): string {
  if (share === null && problem === null) return `${enabled ? 'on' : 'off'} ${typeof value} ${value}`
  return JSON.stringify([enabled, value, share, problem])
}

/** The option that has all of an override's weight: that is how the dashboard assigns one. */
function assignedShare({ options }: FeatureState): Exclude<Share, 'control'> {
  return options.find(({ weight }) => weight >= 100) ?? null
}
