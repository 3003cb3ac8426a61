/** The envelope around flags and segments, before anything in it is looked at. */
import type { DiagnosticSink } from '../../ruleset/diagnostic.js'
import { isRecord, own } from '../../ruleset/json.js'

export interface Payload {
  readonly featureFlags: readonly unknown[]
  readonly segments: readonly unknown[]
  /** Where the lists are, for diagnostics. */
  readonly path: readonly string[]
}

/**
 * Reads a `data-sync` message as the wire delivers it, or its data part alone; one that does not say what it is counts as full.
 *
 * @param wanted `full` replaces everything, `patch` only what it names; the other one is refused
 * @returns null, with a diagnostic, for anything else: both lists have to be there, so that half a document replaces nothing
 */
export function readPayload(input: unknown, wanted: 'full' | 'patch', sink: DiagnosticSink): Payload | null {
  const data = dataOf(input)
  if (data === null) {
    sink.error('INVALID_DOCUMENT', [], 'expected a data-sync message, or its data with featureFlags and segments')
    return null
  }
  const path = data === input ? [] : ['data']
  if ((own(data, 'eventType') ?? 'full') !== wanted) {
    sink.error('INVALID_DOCUMENT', [...path, 'eventType'], `expected a ${wanted} payload`)
    return null
  }
  const featureFlags = own(data, 'featureFlags')
  const segments = own(data, 'segments')
  if (Array.isArray(featureFlags) && Array.isArray(segments)) return { featureFlags, segments, path }
  const missing = Array.isArray(featureFlags) ? 'segments' : 'featureFlags'
  sink.error('INVALID_DOCUMENT', [...path, missing], 'expected a list')
  return null
}

/** Whether the input has the outer shape of a payload, full or not. */
export function looksLikePayload(input: unknown): boolean {
  const data = dataOf(input)
  return data !== null && Array.isArray(own(data, 'featureFlags')) && Array.isArray(own(data, 'segments'))
}

function dataOf(input: unknown): Record<string, unknown> | null {
  if (!isRecord(input)) return null
  if (!Object.hasOwn(input, 'messageType')) return input
  const data = own(input, 'data')
  return own(input, 'messageType') === 'data-sync' && isRecord(data) ? data : null
}
