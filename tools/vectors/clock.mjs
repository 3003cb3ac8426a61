// @ts-check
/** The clock and the dice of vectors that are not about them: 2026-01-01T00:00:00Z. */
export const defaultClock = { now: Date.UTC(2026, 0, 1), random: 0.25 }
