/**
 * Whose time dates the tokens. FeatBit refuses a token that is more than half a minute from its own time with the same code as
 * a wrong secret, and its SDKs then stop for good. The answers of its server are dated, so the difference can be made up for.
 */
export interface TokenClock {
  /** Epoch milliseconds to date the next token with. */
  nowMs(): number
  /** Takes note of the `Date` header of an answer that has just come. */
  observe(date: string | undefined): void
  /** How far the upstream's clock is ahead of ours, 0 while that is not known. */
  readonly skewMs: number
  /** A token was refused: the next one is dated by the other of the two clocks, where both are known. */
  refused(): void
}

/** @param now our own clock, which dates tokens until one is refused; epoch milliseconds */
export function createTokenClock(now: () => number): TokenClock {
  let skewMs = 0
  let followsUpstream = false
  return {
    nowMs: () => now() + (followsUpstream ? skewMs : 0),
    observe(date) {
      const theirsMs = Date.parse(date ?? '')
      if (!Number.isNaN(theirsMs)) skewMs = theirsMs - now()
    },
    get skewMs() {
      return skewMs
    },
    refused() {
      followsUpstream = !followsUpstream
    },
  }
}
