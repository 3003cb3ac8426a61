// @ts-check
/** Environments that Flagsmith's engine was recorded with. */
import { evaluatedVectors, every, fixture, rulesetOf } from '../evaluated.mjs'

/**
 * @typedef {object} Golden
 * @property {readonly { identifier: string, traits: import('@switchyard/engine').JsonObject }[]} cases
 */

export function flagsmithVectors() {
  return [environmentVectors('shop-production', 8), environmentVectors('hidden-disabled', 1)]
}

/**
 * The environment without an identity, and with every n-th one.
 *
 * @param {string} name
 * @param {number} n
 */
function environmentVectors(name, n) {
  /** @type {Golden} */
  const { cases } = fixture(`flagsmith/golden-${name}.json`)
  const identities = every(cases, n).map(({ identifier, traits }) => ({ targetingKey: identifier, ...traits }))
  const questions = [{}, ...identities].map((context) => ({ context }))
  return evaluatedVectors(name, rulesetOf('flagsmith', fixture(`flagsmith/environment-${name}.json`)), questions)
}
