/**
 * Milliseconds until the moment a `Retry-After` header names, by the two forms HTTP knows: whole seconds, or an IMF date.
 *
 * @param nowMs epoch milliseconds
 * @returns 0 for a moment that is past, null when the header is absent or anything else: the caller's own backoff applies
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? null : Math.max(0, moment - nowMs)
}
