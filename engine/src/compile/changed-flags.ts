/** Which flags' answers may differ between two revisions: a safe superset, for events and pages. */
import { byCodeUnits } from '../ruleset/json.js'
import type { Ruleset } from '../ruleset/types.js'
import type { CompiledSnapshot } from './compiled-snapshot.js'
import type { References } from './references.js'

/** Flags whose content differs, that reach a changed part, or that a changed individual assignment names; sorted. */
export function changedFlagKeys(after: CompiledSnapshot, before: CompiledSnapshot): string[] {
  const all = new Set([...before.flagKeys, ...after.flagKeys])
  if (!isSame(after.ruleset.metadata, before.ruleset.metadata)) return [...all].sort(byCodeUnits)
  const changed = changedParts(after.ruleset, before.ruleset)
  for (const key of changedTargets(after.ruleset, before.ruleset)) changed.flags.add(key)
  spread(changed, after)
  return [...all].filter((key) => changed.flags.has(key)).sort(byCodeUnits)
}

interface ChangedParts {
  readonly flags: Set<string>
  readonly segments: Set<string>
  readonly lists: Set<string>
}

function changedParts(after: Ruleset, before: Ruleset): ChangedParts {
  return {
    flags: changedMembers(after.flags, before.flags),
    segments: changedMembers(after.segments, before.segments),
    lists: changedMembers(after.lists, before.lists),
  }
}

type Parts = { readonly [name: string]: { readonly hash?: string } } | undefined

/** Names whose parts differ: by their hashes where both have one, by their text otherwise. */
function changedMembers(after: Parts = {}, before: Parts = {}): Set<string> {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return new Set(
    [...names].filter((name) => {
      const a = Object.hasOwn(after, name) ? after[name] : undefined
      const b = Object.hasOwn(before, name) ? before[name] : undefined
      if (a?.hash !== undefined && b?.hash !== undefined) return a.hash !== b.hash
      return !isSame(a, b)
    }),
  )
}

function changedTargets(after: Ruleset, before: Ruleset): Set<string> {
  const [a = {}, b = {}] = [after.targets, before.targets]
  const changed = new Set<string>()
  if (a === b || (after.targetsHash !== undefined && after.targetsHash === before.targetsHash)) return changed
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const entryA = Object.hasOwn(a, key) ? (a[key] ?? {}) : {}
    const entryB = Object.hasOwn(b, key) ? (b[key] ?? {}) : {}
    if (entryA === entryB) continue
    for (const flagKey of new Set([...Object.keys(entryA), ...Object.keys(entryB)])) {
      if (!isSame(entryA[flagKey], entryB[flagKey])) changed.add(flagKey)
    }
  }
  return changed
}

/** Adds everything that reaches a changed part, until nothing is added any more. */
function spread(changed: ChangedParts, snapshot: CompiledSnapshot): void {
  const reaches = ({ segments, flags, lists }: References): boolean =>
    [...segments].some((id) => changed.segments.has(id)) ||
    [...flags].some((key) => changed.flags.has(key)) ||
    [...lists].some((id) => changed.lists.has(id))
  for (let grew = true; grew;) {
    grew = false
    for (const id of Object.keys(snapshot.ruleset.segments ?? {})) {
      const segment = snapshot.segments.get(id)
      if (segment === undefined || changed.segments.has(id) || !reaches(segment.references)) continue
      changed.segments.add(id)
      grew = true
    }
    for (const key of snapshot.flagKeys) {
      const flag = snapshot.flags.get(key)
      if (flag === undefined || changed.flags.has(key) || !reaches(flag.references)) continue
      changed.flags.add(key)
      grew = true
    }
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
