/** A change message is applied to the document it changes. */
import { createDiagnosticSink, type Diagnostic } from '../../ruleset/diagnostic.js'
import type { FeatBitDocument } from './document.js'
import { mergeEntities, type MergedEntities } from './entities.js'
import { readPayload } from './payload.js'

export type Merged =
  | ({ readonly ok: true; readonly diagnostics: readonly Diagnostic[] } & MergedEntities)
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
  return { ok: true, ...mergeEntities(held, payload, sink), diagnostics: sink.diagnostics }
}
