/**
 * How a change of a ruleset travels: whole parts are replaced, so applying a patch is idempotent, and the revisions at both
 * ends prove that it fits.
 */
import { fromEntries, isRecord } from './json.js'
import { revisionOf, type SealedRuleset } from './seal.js'
import type { Flag, Flat, JsonObject, List, Ruleset, Segment, TargetEntry } from './types.js'

export interface RulesetPatch {
  readonly ruleset: 1
  /** Revision it applies to. */
  readonly from: string
  /** Revision it gives. */
  readonly to: string
  readonly header?: { readonly hash: string; readonly dialects: readonly string[]; readonly metadata?: Flat }
  /** null: there is none any more. */
  readonly info?: JsonObject | null
  readonly flags?: PartsPatch<Flag>
  readonly segments?: PartsPatch<Segment> | null
  readonly lists?: PartsPatch<List> | null
  readonly targets?: PartsPatch<TargetEntry> | null
  readonly targetsHash?: string
}

export interface PartsPatch<Part> {
  readonly set?: { readonly [name: string]: Part }
  readonly remove?: readonly string[]
}

/** The patch that turns one sealed ruleset into another, or null where they are the same in every byte that counts. */
export function diff(before: SealedRuleset, after: SealedRuleset): RulesetPatch | null {
  // Individual assignments have one hash for all of them: 100,000 that are the same need not be compared one by one.
  const sameTargets = before.targetsHash !== undefined && before.targetsHash === after.targetsHash
  const targets = sameTargets ? undefined : diffParts(before.targets, after.targets, sameText)
  const patch = {
    ruleset: 1 as const,
    from: before.revision,
    to: after.revision,
    ...(before.hash === after.hash ? {} : { header: headerOf(after) }),
    ...(sameText(before.info, after.info) ? {} : { info: after.info ?? null }),
    ...present('flags', diffParts(before.flags, after.flags, sameHash)),
    ...present('segments', diffParts(before.segments, after.segments, sameHash)),
    ...present('lists', diffParts(before.lists, after.lists, sameHash)),
    ...present('targets', targets),
    ...(targets !== undefined && after.targetsHash !== undefined ? { targetsHash: after.targetsHash } : {}),
  }
  const isEmpty = Object.keys(patch).length === 3
  return isEmpty && patch.from === patch.to ? null : (patch as RulesetPatch)
}

function present<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [N in Name]?: Value }
}

function headerOf({ hash, dialects, metadata }: SealedRuleset): NonNullable<RulesetPatch['header']> {
  return { hash, dialects, ...(metadata === undefined ? {} : { metadata }) }
}

type Parts<Part> = { readonly [name: string]: Part } | undefined

/** undefined: nothing changed; null: the whole table is gone. */
function diffParts<Part>(
  before: Parts<Part>,
  after: Parts<Part>,
  isSame: (a: Part, b: Part) => boolean,
): PartsPatch<Part> | null | undefined {
  if (before === after) return undefined
  if (after === undefined) return null
  const known = before ?? {}
  const set = Object.entries(after).filter(
    ([name, part]) => !Object.hasOwn(known, name) || !isSame(known[name] as Part, part),
  )
  const remove = Object.keys(known).filter((name) => !Object.hasOwn(after, name))
  if (set.length === 0 && remove.length === 0 && before !== undefined) return undefined
  return { ...(set.length > 0 ? { set: fromEntries(set) } : {}), ...(remove.length > 0 ? { remove } : {}) }
}

function sameHash(a: { readonly hash?: string }, b: { readonly hash?: string }): boolean {
  return a.hash !== undefined && a.hash === b.hash
}

function sameText(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

export type Patched =
  | { readonly ok: true; readonly ruleset: SealedRuleset }
  /** The receiver is at another revision, or what came out is not what was promised: fetch in full. */
  | { readonly ok: false; readonly reason: 'other-revision' | 'wrong-result' }

/** Applies a patch; the ruleset it is applied to is not changed. Never throws: what is no patch gives a wrong result. */
export function applyPatch(before: SealedRuleset, patch: RulesetPatch): Patched {
  if (!isPatch(patch)) return { ok: false, reason: 'wrong-result' }
  if (before.revision !== patch.from) return { ok: false, reason: 'other-revision' }
  const { header } = patch
  const {
    metadata: oldMetadata,
    info: oldInfo,
    segments: oldSegments,
    lists: oldLists,
    targets: oldTargets,
    ...rest
  } = before
  const { targetsHash: oldTargetsHash, ...kept } = rest
  const metadata = header === undefined ? oldMetadata : header.metadata
  const info = patch.info === undefined ? oldInfo : (patch.info ?? undefined)
  const segments = applyParts(oldSegments, patch.segments)
  const lists = applyParts(oldLists, patch.lists)
  const targets = applyParts(oldTargets, patch.targets)
  const targetsHash = targets === undefined ? undefined : (patch.targetsHash ?? oldTargetsHash)
  const ruleset: Ruleset = {
    ...kept,
    ...(header === undefined ? {} : { hash: header.hash, dialects: header.dialects }),
    ...present('metadata', metadata),
    ...present('info', info),
    flags: applyParts(before.flags, patch.flags) ?? {},
    ...present('segments', segments),
    ...present('lists', lists),
    ...present('targets', targets),
    ...present('targetsHash', targetsHash),
  }
  if (revisionOf(ruleset) !== patch.to) return { ok: false, reason: 'wrong-result' }
  return { ok: true, ruleset: { ...ruleset, revision: patch.to } as SealedRuleset }
}

/** Whether it is made like a patch. What its parts are is the compiler's to judge, that they fit the revision's. */
function isPatch(patch: unknown): boolean {
  if (!isRecord(patch)) return false
  const { header, flags, segments, lists, targets } = patch
  return (
    (header === undefined || isRecord(header)) &&
    [flags, segments, lists, targets].every((parts) => parts === undefined || parts === null || isPartsPatch(parts))
  )
}

function isPartsPatch(parts: unknown): boolean {
  if (!isRecord(parts)) return false
  const { set = {}, remove = [] } = parts
  return isRecord(set) && Array.isArray(remove)
}

function applyParts<Part>(before: Parts<Part>, patch: PartsPatch<Part> | null | undefined): Parts<Part> {
  if (patch === undefined) return before
  if (patch === null) return undefined
  const parts = new Map(Object.entries(before ?? {}))
  for (const name of patch.remove ?? []) parts.delete(name)
  for (const [name, part] of Object.entries(patch.set ?? {})) parts.set(name, part)
  return fromEntries(parts)
}
