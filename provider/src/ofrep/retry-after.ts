/** Whoever asks for a longer pause has made a mistake, or has another clock: nobody is to be without news for days. */
const longestMs = 300_000

/**
 * Milliseconds until the moment a `Retry-After` header names, by the two forms HTTP knows: whole seconds, or an IMF date.
 *
 * @param nowMs epoch milliseconds
 * @returns 0 for a moment that is past, five minutes for one that is further away, null when the header is absent or anything else: the caller's own backoff applies
 * @see RFC 9110, section 10.2.3
 */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? ''
  const moment = /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) : Number.NaN
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Math.max(0, moment - nowMs)
  return waitMs >= 0 ? Math.min(waitMs, longestMs) : null
}
