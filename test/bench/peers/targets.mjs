/** What the relay has to reach beside the bare server and beside each peer, and whether it did in a run. */

/** CPU per request may be at most so many times the bare server's. */
const floorLimits = [
  ['single-static', 1.2],
  ['single-targeted', 1.2],
  ['single-split', 1.2],
  ['bulk-50', 1.3],
  ['bulk-350', 1.8],
  ['bulk-50-repeats', 1.15],
  ['bulk-50-not-modified', 1.15],
]

/** Requests per second of CPU are to be at least so many times the peer's. */
const peerFactors = [
  ['flagd', 'bulk-50', 5],
  ['flagd', 'single-static', 1],
  ['goff', 'bulk-50', 5],
  ['unleash-edge', 'bulk-350', 1],
  ['unleash-proxy', 'bulk-50', 8],
  ['growthbook-proxy', 'bulk-50', 8],
  ['flagsmith-edge-proxy', 'bulk-50', 15],
]

/** The row of a case and a contender that has figures, or why there is none. */
export function rowOf({ rows, contenders }, caseName, contender) {
  const row = rows.find((one) => one.case === caseName && one.contender === contender)
  const described = contenders.find(({ name }) => name === contender)
  return row ?? { notRun: described?.notRun ?? 'not measured in this run' }
}

/**
 * Every target with what was measured.
 *
 * @returns {{ what: string, limit: string, measured: string, isReached: boolean | null }[]} null where nothing can be said
 */
export function judged(result) {
  const titleOf = (name) => result.contenders.find((one) => one.name === name)?.title ?? name
  const ours = (caseName) => rowOf(result, caseName, 'switchyard')
  const besideFloor = floorLimits.map(([caseName, limit]) =>
    verdict(ours(caseName), rowOf(result, caseName, 'floor'), {
      what: `${caseName}: CPU beside the bare server`,
      limit: `at most ${limit}x`,
      ratio: (our, floor) => our / floor,
      isReached: (ratio) => ratio <= limit,
    }),
  )
  const besidePeers = peerFactors.map(([name, caseName, factor]) =>
    verdict(ours(caseName), rowOf(result, caseName, name), {
      what: `${caseName}: requests per second of CPU beside ${titleOf(name)}`,
      limit: `at least ${factor}x`,
      ratio: (our, theirs) => theirs / our,
      isReached: (ratio) => ratio >= factor,
    }),
  )
  return [...besideFloor, ...besidePeers]
}

function verdict(ours, theirs, { what, limit, ratio, isReached }) {
  const notRun = ours.notRun ?? theirs.notRun
  if (notRun !== undefined) return { what, limit, measured: `not run: ${notRun.split('\n')[0]}`, isReached: null }
  if (!ours.isSteady || !theirs.isSteady) return { what, limit, measured: 'too unsteady in this run', isReached: null }
  const measured = ratio(ours.cpuMicroseconds.median, theirs.cpuMicroseconds.median)
  return { what, limit, measured: `${measured.toFixed(2)}x`, isReached: isReached(measured) }
}
