/** Doubling an input at most triples the CPU time of the work on it. */
import assert from 'node:assert/strict'
import { contextFamilies } from './context-families.mjs'
import { documentFamilies } from './document-families.mjs'
import { growthOf } from './measure.mjs'
import { operatorFamilies } from './operator-families.mjs'
import { rulesetFamilies } from './ruleset-families.mjs'

/**
 * Measurements take their time, so there are few in a round, and none is looked at again to make it smaller.
 *
 * @param {object} internals what the packages do not show outside
 */
export function scalingChecks(internals) {
  const families = {
    rulesets: rulesetFamilies,
    contexts: contextFamilies(internals),
    documents: documentFamilies,
    operators: operatorFamilies(internals),
  }
  return Object.entries(families).map(([what, arbitrary]) => ({
    name: `scaling of ${what}`,
    arbitrary,
    run: checkGrowth,
    casesPerRound: 15,
    isMeasured: true,
  }))
}

function checkGrowth(family) {
  const growth = growthOf(family)
  if (growth === null) return
  const { size, ratio, ms, isGood } = growth
  const times = `${ms.toFixed(1)} ms for ${size}, ${ratio.toFixed(1)} times as much with each doubling`
  assert(isGood, `${family.name}: ${times}`)
}
