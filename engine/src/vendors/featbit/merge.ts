/** A change message is applied to the document it changes. */
import { createDiagnosticSink, type Diagnostic } from '../../ruleset/diagnostic.js'
import { segmentIdsOf } from './condition.js'
import { type FeatBitDocument, isMalformed } from './document.js'
import { mergeEntities, type MergedEntities } from './entities.js'
import { readPayload } from './payload.js'

export type Merged =
  | ({
      readonly ok: true
      /** Segments that the added and replaced flags ask for, and the document does not have. */
      readonly missingSegmentIds: readonly string[]
      readonly diagnostics: readonly Diagnostic[]
    } & MergedEntities)
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/**
 * Applies a patch, as the wire delivers it or its data part alone, to the document held so far: entities are added, or
 * replaced by strictly newer ones, archived ones included; nothing is ever removed, FeatBit announces no deletions. A malformed
 * entity takes the place of the older one, as it would in a full payload. Pure, and never throws; anything but a patch is
 * refused.
 */
export function mergePatch(held: FeatBitDocument, patch: unknown): Merged {
  const sink = createDiagnosticSink()
  const payload = readPayload(patch, 'patch', sink)
  if (payload === null) return { ok: false, diagnostics: sink.diagnostics }
  const merged = mergeEntities(held, payload, sink)
  return { ok: true, ...merged, missingSegmentIds: missingSegmentIds(merged), diagnostics: sink.diagnostics }
}

function missingSegmentIds({ document, flagKeys }: MergedEntities): string[] {
  const changed = new Set(flagKeys)
  const asked = document.featureFlags
    .flatMap((flag) => (changed.has(flag.key) && !isMalformed(flag) ? flag.rules : []))
    .flatMap(({ conditions }) => conditions.flatMap(segmentIdsOf))
  const held = new Set(document.segments.map(({ id }) => id))
  return [...new Set(asked)].filter((id) => !held.has(id))
}
