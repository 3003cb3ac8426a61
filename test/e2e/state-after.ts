/** What an outage does to the state of an environment that has data. */

/** The upstream answers, and somebody has to do something about what it answers. */
const needsSomebody = new Set([
  'DOCUMENT_INVALID',
  'SIGNATURE_INVALID',
  'UPSTREAM_UNAUTHORIZED',
  'UPSTREAM_NOT_FOUND',
  'UPSTREAM_TOO_LARGE',
])

/** @param code as `lastError` in `/status` has it */
export const stateAfter = (code: string): 'degraded' | 'stale' => (needsSomebody.has(code) ? 'degraded' : 'stale')
