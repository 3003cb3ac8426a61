/** What answers depend on, through the segments and other flags that a flag reaches. */
import type { Reads } from '../ruleset/dialect.js'
import type { Changes } from '../ruleset/types.js'
import type { CompiledFlag } from './compiled-flag.js'
import type { CompiledSegment } from './compiled-segment.js'
import { addReads, noReferences, toReads } from './references.js'

/** Where references lead. */
export interface Parts {
  readonly flags: ReadonlyMap<string, CompiledFlag>
  readonly segments: ReadonlyMap<string, CompiledSegment>
}

/** All parts that the flags reach, themselves included. */
function* partsReached(
  from: readonly CompiledFlag[],
  { flags, segments }: Parts,
): Generator<CompiledFlag | CompiledSegment> {
  const queue: (CompiledFlag | CompiledSegment)[] = [...from]
  const seen = new Set(queue)
  for (const part of queue) {
    yield part
    const next = [
      ...Array.from(part.references.segments, (id) => segments.get(id)),
      ...Array.from(part.references.flags, (key) => flags.get(key)),
    ]
    for (const other of next) {
      if (other === undefined || seen.has(other)) continue
      seen.add(other)
      queue.push(other)
    }
  }
}

/** Everything in the context, the clock and chance that the flags' answers depend on. */
export function readsOf(flags: readonly CompiledFlag[], parts: Parts): Reads {
  const all = noReferences()
  for (const { references } of partsReached(flags, parts)) {
    addReads(all, { ...references, attributes: [...references.attributes] })
  }
  return toReads(all)
}

/** When answers may change by themselves: what the parts say, or `always` for one that reads the clock and does not say. */
export function changesOf(flags: readonly CompiledFlag[], parts: Parts): Changes {
  const all: Exclude<Changes, 'always'>[number][] = []
  for (const part of partsReached(flags, parts)) {
    const declared = 'segment' in part ? part.segment.changes : part.changes
    if (declared === undefined) {
      if (part.references.clock) return 'always'
    } else if (isTimetable(declared)) {
      for (const change of declared) all.push(change)
    } else {
      return 'always'
    }
  }
  return all
}

/** Whether these are instants and windows; what is anything else is not to be relied on. */
function isTimetable(changes: Changes): changes is Exclude<Changes, 'always'> {
  return (
    Array.isArray(changes) &&
    changes.every((change: unknown) =>
      Array.isArray(change) ? change.length === 2 && change.every(Number.isFinite) : Number.isFinite(change),
    )
  )
}

/** Whether the flag and all it reaches are made of what this engine knows. */
export function isSupported(flag: CompiledFlag, parts: Parts): boolean {
  for (const part of partsReached([flag], parts)) if (part.isUnsupported) return false
  return true
}
