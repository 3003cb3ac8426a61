/** How the CPU time of some work grows when its input doubles. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Work on inputs of every size.
 *
 * @typedef {object} Family
 * @property {string} name
 * @property {(size: number) => () => unknown} prepare makes the input, and gives back the work on it
 * @property {number} maxSize the larger of the two inputs is at most this large
 */

/** At most this, where doubling means twice the work and the rest is noise. */
const maxRatio = 3

/** Shorter times, in milliseconds, are noise; work that stays below them up to the largest size is no danger. */
const measurableMs = 8

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')

/**
 * Looks for a size whose work can be measured, and compares it with the double.
 *
 * @param {Family} family
 * @returns {{ size: number, ratio: number, ms: number, isGood: boolean } | null} null where even the largest is too quick
 */
export function growthOf({ prepare, maxSize }) {
  let size = measurableSize(prepare, maxSize)
  if (size === null) return null
  let growth = compare(prepare, size, 5)
  // A second and a third look, at larger inputs where there are any: a slow moment of the machine does not come back.
  for (const rounds of [7, 9]) {
    if (growth.isGood) return growth
    if (size * 4 <= maxSize && growth.ms < 200) size *= 2
    growth = compare(prepare, size, rounds)
  }
  return growth
}

function measurableSize(prepare, maxSize) {
  let last = Number.POSITIVE_INFINITY
  for (let size = Math.min(32, maxSize >> 1); size * 2 <= maxSize; size *= 2) {
    last = cpuMs(prepare(size))
    if (last >= measurableMs) return size
  }
  return null
}

function compare(prepare, size, rounds) {
  const [small, large] = [prepare(size), prepare(size * 2)]
  const times = { small: [], large: [] }
  for (let round = 0; round < rounds; round += 1) {
    times.small.push(cpuMs(small))
    times.large.push(cpuMs(large))
  }
  const ms = median(times.small)
  const ratio = median(times.large) / ms
  return { size, ratio, ms, isGood: ratio <= maxRatio }
}

function cpuMs(work) {
  collectGarbage()
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
