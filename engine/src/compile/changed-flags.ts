/** Which flags' answers may differ between two revisions: a safe superset, for events and pages. */
import { byCodeUnits, own } from '../ruleset/json.js'
import type { Ruleset } from '../ruleset/types.js'
import type { CompiledSnapshot } from './compiled-snapshot.js'
import { edgesOf, spread } from './graph.js'

/** Flags whose content differs, that reach a changed part, or that a changed individual assignment names; sorted. */
export function changedFlagKeys(after: CompiledSnapshot, before: CompiledSnapshot): string[] {
  const all = new Set([...before.flagKeys, ...after.flagKeys])
  if (!isSame(after.ruleset.metadata, before.ruleset.metadata)) return [...all].sort(byCodeUnits)
  const changed = changedNodes(after.ruleset, before.ruleset)
  if (changed.size > 0) spread(changed, edgesOf(after.flags, after.segments))
  return [...all].filter((key) => changed.has(`flag ${key}`)).sort(byCodeUnits)
}

function changedNodes(after: Ruleset, before: Ruleset): Map<string, true> {
  return new Map(
    [
      ...changedMembers(after.flags, before.flags).map((key) => `flag ${key}`),
      ...changedMembers(after.segments, before.segments).map((id) => `segment ${id}`),
      ...changedMembers(after.lists, before.lists).map((id) => `list ${id}`),
      ...Array.from(changedTargets(after, before), (key) => `flag ${key}`),
    ].map((node) => [node, true]),
  )
}

type Parts = { readonly [name: string]: { readonly hash?: string } } | undefined

/** Names whose parts differ: by their hashes where both have one, by their text otherwise. */
function changedMembers(after: Parts = {}, before: Parts = {}): string[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...names].filter((name) => {
    const a = Object.hasOwn(after, name) ? after[name] : undefined
    const b = Object.hasOwn(before, name) ? before[name] : undefined
    if (a?.hash !== undefined && b?.hash !== undefined) return a.hash !== b.hash
    return !isSame(a, b)
  })
}

function changedTargets(after: Ruleset, before: Ruleset): Set<string> {
  const [a = {}, b = {}] = [after.targets, before.targets]
  const changed = new Set<string>()
  if (a === b || (after.targetsHash !== undefined && after.targetsHash === before.targetsHash)) return changed
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [entryA, entryB] = [own(a, key) ?? {}, own(b, key) ?? {}]
    if (entryA === entryB) continue
    for (const flagKey of new Set([...Object.keys(entryA), ...Object.keys(entryB)])) {
      if (!isSame(own(entryA, flagKey), own(entryB, flagKey))) changed.add(flagKey)
    }
  }
  return changed
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
