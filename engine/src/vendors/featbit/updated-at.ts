/** The version of a flag or a segment: when it was changed. */
import type { FeatBitDocument } from './document.js'

const isoInstant = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?$/

/**
 * Reads `updatedAt` as epoch milliseconds. Fractions of a second have up to seven digits and are cut, never rounded; a text
 * without an offset is UTC.
 *
 * @returns null for anything but an ISO 8601 instant
 */
function updatedAtMs(text: string | null): number | null {
  const [, seconds, fraction = '', offset = 'Z'] = (text !== null && isoInstant.exec(text)) || []
  if (seconds === undefined) return null
  const ms = Date.parse(`${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`)
  return Number.isNaN(ms) ? null : ms
}

/** Whether an entity replaces the held one: it does unless both say when they changed and it is not strictly newer. */
export function isNewer(
  entity: { readonly updatedAt: string | null },
  held: { readonly updatedAt: string | null },
): boolean {
  const ms = updatedAtMs(entity.updatedAt)
  const heldMs = updatedAtMs(held.updatedAt)
  return ms === null || heldMs === null || ms > heldMs
}

/**
 * The cursor of a document, as FeatBit's SDKs ask with it: the latest change among all its flags and segments, archived ones
 * included.
 *
 * @returns epoch milliseconds, 0 for an empty document
 */
export function documentVersion(document: FeatBitDocument): number {
  let latest = 0
  for (const { updatedAt } of [...document.featureFlags, ...document.segments]) {
    latest = Math.max(latest, updatedAtMs(updatedAt) ?? 0)
  }
  return latest
}
