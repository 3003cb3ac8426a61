/** How the CPU time of some work grows when its input doubles. */

/**
 * Work on inputs of every size.
 *
 * @typedef {object} Family
 * @property {string} name
 * @property {(size: number) => () => unknown} prepare makes the input, and gives back the work on it
 * @property {number} maxSize the larger of the two inputs is at most this large
 */

/** For each doubling. Twice the work is fine, and so is what comes on top of it while memory fills; four times is a square. */
const maxRatio = 3

/** In milliseconds. Below, times are noise; work that stays below up to the largest size is no danger. */
const measurableMs = 15

/** Rounds of each look. There is another look, at larger inputs where there are any, while the times say that it is needed. */
const looks = [5, 7, 9, 9]

/**
 * Looks for a size whose work can be measured, and compares half of it with the double.
 *
 * @param {Family} family
 * @returns {{ size: number, ms: number, ratio: number, isGood: boolean } | null} what the larger input takes, and how much more
 *   that is for each doubling; null where even the largest is too quick
 */
export function growthOf({ prepare, maxSize }) {
  let size = measurableSize(prepare, maxSize)
  if (size === null) return null
  let growth = null
  for (const rounds of looks) {
    growth = compare(prepare, size, rounds)
    if (growth.isGood) return growth
    if (size * 4 <= maxSize && growth.ms < 1_000) size *= 2
  }
  return growth
}

function measurableSize(prepare, maxSize) {
  for (let size = Math.min(32, maxSize >> 1); size * 2 <= maxSize; size *= 2) {
    if (cpuMs(prepare(size)) >= measurableMs) return size
  }
  return null
}

/** Over two doublings, so that memory that fills at one of them is not taken for a square. */
function compare(prepare, size, rounds) {
  const [small, large] = [prepare(size >> 1), prepare(size * 2)]
  const times = { small: [], large: [] }
  // The first time is another one: code is compiled, and memory asked for.
  small()
  for (let round = 0; round < rounds; round += 1) {
    times.small.push(cpuMs(small))
    times.large.push(cpuMs(large))
  }
  const ms = median(times.large)
  const ratio = Math.sqrt(ms / median(times.small))
  return { size: size * 2, ratio, ms, isGood: ratio <= maxRatio }
}

function cpuMs(work) {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
