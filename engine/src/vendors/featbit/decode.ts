/** Unknown JSON becomes a document: what is malformed is kept as such, reported, and spoils only itself. */
import { createDiagnosticSink } from '../../ruleset/diagnostic.js'
import type { Decoded } from '../../ruleset/vendor.js'
import type { FeatBitDocument } from './document.js'
import { mergeEntities } from './entities.js'
import { readPayload } from './payload.js'

const empty: FeatBitDocument = { eventType: 'full', featureFlags: [], segments: [] }

/**
 * Reads a full payload: the `data-sync` message, its data part, or a document that was decoded before. Never throws; a patch
 * is refused, because it must not replace a whole document (see `mergePatch`).
 */
export function decode(input: unknown): Decoded<FeatBitDocument> {
  const sink = createDiagnosticSink()
  const payload = readPayload(input, 'full', sink)
  if (payload === null) return { ok: false, diagnostics: sink.diagnostics }
  const { document } = mergeEntities(empty, payload, sink)
  return { ok: true, document, diagnostics: sink.diagnostics }
}
