/** What the measurements share: figures of rounds, and users that nobody asked for before. */

/** Users of one run have numbers of their own, so many in a run at most. */
const usersOfARun = 10_000_000
let runs = 0

/** The first of the users of a new run. */
export function nextUsers() {
  runs += 1
  return runs * usersOfARun
}

/** @param {number[]} values */
export function spread(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const [median, min, max] = [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)]
  return { median: rounded(median), min: rounded(min), max: rounded(max) }
}

/** Three digits are more than two runs have in common. */
export function rounded(value) {
  return Number(value.toPrecision(4))
}
