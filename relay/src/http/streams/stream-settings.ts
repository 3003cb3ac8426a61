/** How streams behave; `docs/configuration.md` explains each setting under `server.streams`. */
export interface StreamSettings {
  /** Whether bulk answers name their event stream. */
  readonly advertise: boolean
  /** What a proxy in front puts before addresses; begins with a slash and does not end with one. */
  readonly pathPrefix?: string
  readonly maxPerKey: number
  readonly max: number
  /** Longest silence; each stream has its own, a quarter longer or shorter at most. */
  readonly heartbeatMs: number
  /** Oldest that a stream gets; each ends at an age of its own, from half of that on. */
  readonly maxAgeMs: number
  /** Time over which news is spread; 0: everybody is told at once. */
  readonly pacingMs: number
  /** How long a client may leave unread what was sent. */
  readonly slowReaderTimeoutMs: number
}
