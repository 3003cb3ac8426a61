/**
 * Milliseconds until the moment a `Retry-After` header names, by the two forms HTTP knows: whole seconds, or an IMF date.
 *
 * @param nowMs epoch milliseconds
 * @returns 0 for a moment that is past, null when the header is absent or anything else: the caller's own backoff applies
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const moment = /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) : Number.NaN
  return moment >= 0 ? Math.max(0, moment - nowMs) : null
}
