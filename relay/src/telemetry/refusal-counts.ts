/** What was refused because it was too much, too long, too slow or too late, by reason. */

const reasons = [
  'rate',
  'overload',
  'streams',
  'connections',
  'too-large',
  'too-slow',
  'not-http',
  'handshake',
  'client-certificate',
  'expired-key',
  'address',
] as const

/**
 * `rate`: more evaluations with a key than it may have. `overload`: the event loop is late. `streams`, `connections`: as many are
 * open as may be. `too-large`: headers or body. `too-slow`: a request did not arrive in time. `not-http`: it cannot be read.
 * `handshake`: it was no TLS, or none that both know. `client-certificate`: there was none, or none that is trusted.
 * `expired-key`: the date of its key has passed.
 * `address`: who asks may not, from there.
 */
export type RefusalReason = (typeof reasons)[number]

export interface RefusalCounts {
  count(reason: RefusalReason): void
  /** Whether evaluations are refused to everybody now; written by the gate. */
  isOverloaded: boolean
  /** All reasons; counts never fall. */
  read(): Readonly<Record<RefusalReason, number>>
}

/** Creates counters at zero. */
export function createRefusalCounts(): RefusalCounts {
  const counts = Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<RefusalReason, number>
  return {
    isOverloaded: false,
    count(reason) {
      counts[reason] += 1
    },
    read: () => ({ ...counts }),
  }
}
