/** Timing in one process: rounds of both sides in turn, so that a machine whose speed drifts slows both alike. */

/**
 * Nanoseconds per call of each side.
 *
 * @param {Record<string, () => unknown>} sides
 * @param {{ rounds?: number, calls?: number }} [options]
 * @returns {Record<string, number>} medians over the rounds
 */
export function nanosecondsPerCall(sides, { rounds = 15, calls = 20_000 } = {}) {
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
  for (const run of Object.values(sides)) for (let i = 0; i < calls; i += 1) kept = run()
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(sides)) {
      const startMs = performance.now()
      for (let i = 0; i < calls; i += 1) kept = run()
      times[name].push(((performance.now() - startMs) * 1e6) / calls)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}

/**
 * The same where a side gives promises: every result of both sides is awaited.
 *
 * @param {Record<string, () => unknown>} sides
 * @param {{ rounds?: number, calls?: number }} [options]
 * @returns {Promise<Record<string, number>>} medians over the rounds
 */
export async function nanosecondsPerAwaitedCall(sides, { rounds = 15, calls = 1_000 } = {}) {
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(sides)) {
      const startMs = performance.now()
      for (let i = 0; i < calls; i += 1) kept = await run()
      if (round >= 0) times[name].push(((performance.now() - startMs) * 1e6) / calls)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}

/** Results end up here, so that no call can be optimised away. */
export let kept

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

/**
 * One row of the report.
 *
 * @param {string} what
 * @param {number} ours
 * @param {number} theirs
 * @param {{ unit: string, limit: number }} options the ratio may be at most `limit`
 */
export function ratioRow(what, ours, theirs, { unit, limit }) {
  const ratio = ours / theirs
  return { what, ours, theirs, unit, ratio, limit, isWithin: ratio <= limit }
}

/** @param {ReturnType<typeof ratioRow>[]} rows */
export function printRows(rows) {
  for (const { what, ours, theirs, unit, ratio, limit, isWithin } of rows) {
    const figures = `${ours.toFixed(1)} ${unit} against ${theirs.toFixed(1)} ${unit}`
    console.log(`${isWithin ? 'within' : 'BEYOND'}  ${ratio.toFixed(2)}x of at most ${limit}x  ${what} (${figures})`)
  }
}
