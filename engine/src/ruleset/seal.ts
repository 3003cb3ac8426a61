/** Content hashes of a ruleset's parts and the revision that sums them up (rules H1 to H3). Change detection, not protection. */
import { createHashSum } from '../hash/hash-sum.js'
import { xxh64HexUtf8 } from '../hash/xxh64-utf8.js'
import { fromEntries } from './json.js'
import type { Flag, List, Ruleset, Segment, TargetEntry, Targets } from './types.js'

/** A ruleset that carries its hashes: what is stored, sent and compared. */
export type SealedRuleset = Ruleset & { readonly revision: string; readonly hash: string }

/** A copy with every part hashed and the revision computed. */
export function seal(ruleset: Ruleset): SealedRuleset {
  const { revision: _revision, hash: _hash, targetsHash: _targetsHash, ...content } = ruleset
  const hashed = {
    ...content,
    hash: headerHash(ruleset),
    flags: hashParts<Flag>(ruleset.flags),
    ...(ruleset.segments === undefined ? {} : { segments: hashParts<Segment>(ruleset.segments) }),
    ...(ruleset.lists === undefined ? {} : { lists: hashParts<List>(ruleset.lists) }),
    ...(ruleset.targets === undefined ? {} : { targetsHash: hashTargets(ruleset.targets) }),
  }
  return { ...hashed, revision: revisionOf(hashed) }
}

/** The hash of what stands above the parts. */
function headerHash({ ruleset, dialects, metadata }: Ruleset): string {
  return xxh64HexUtf8(JSON.stringify([ruleset, dialects, metadata ?? null]))
}

function hashParts<Part extends { readonly hash?: string }>(parts: {
  readonly [name: string]: Part
}): {
  [name: string]: Part
} {
  return fromEntries(Object.entries(parts).map(([name, part]) => [name, hashPart(part)] as const))
}

/** The part with the hash of its own text; a part that is not an object stays as it is, to be reported by the compiler. */
function hashPart<Part extends { readonly hash?: string }>(part: Part): Part {
  if (typeof part !== 'object' || part === null) return part
  const { hash: _hash, ...content } = part
  return { hash: xxh64HexUtf8(JSON.stringify(content)), ...content } as Part
}

function hashTargets(targets: Targets): string {
  const sum = createHashSum()
  // Who is assigned the same shares one entry, so a text is made for each entry and not for each of 100,000 identities.
  const texts = new Map<TargetEntry, string>()
  for (const targetingKey of Object.keys(targets)) {
    const entry = targets[targetingKey] as TargetEntry
    let text = texts.get(entry)
    if (text === undefined) texts.set(entry, (text = JSON.stringify(entry)))
    sum.add(xxh64HexUtf8(`${targetingKey}\0${text}`))
  }
  return sum.hex()
}

/**
 * The identifier of a ruleset's content: free of order, and checkable by a receiver from the hashes that the parts carry.
 * Parts without a hash do not count.
 */
export function revisionOf(ruleset: Ruleset): string {
  const sum = createHashSum()
  const add = (kind: string, key: string, hash: string | undefined): void => {
    if (typeof hash === 'string') sum.add(xxh64HexUtf8(`${kind}\0${key}\0${hash}`))
  }
  add('header', '', ruleset.hash)
  add('targets', '', ruleset.targetsHash)
  for (const kind of ['flags', 'segments', 'lists'] as const) {
    for (const [key, part] of Object.entries(ruleset[kind] ?? {})) add(kind, key, part?.hash)
  }
  return sum.hex()
}
