/** How old data are, as text for a header: made at most once a second, as every answer carries it. */
export class AgeText {
  readonly #now: () => number
  #confirmedAtMs: number | null = null
  #text = ''
  #untilMs = -Infinity

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @param ms when the upstream confirmed what is served, epoch milliseconds; null: never */
  confirmedAt(ms: number | null): void {
    this.#confirmedAtMs = ms
    this.#untilMs = -Infinity
  }

  /** Seconds, rounded down; empty without data. */
  text(): string {
    const nowMs = this.#now()
    // A clock that was set back makes it anew, too.
    if (nowMs >= this.#untilMs || nowMs < this.#untilMs - 1_000) {
      const ageMs = this.#confirmedAtMs === null ? null : Math.max(0, nowMs - this.#confirmedAtMs)
      this.#text = ageMs === null ? '' : String(Math.floor(ageMs / 1_000))
      this.#untilMs = nowMs + 1_000
    }
    return this.#text
  }
}
