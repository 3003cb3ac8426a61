// @ts-check
/** Environments that FeatBit's SDKs were recorded with. */
import { evaluatedVectors, every, fixture, rulesetOf } from '../evaluated.mjs'

/**
 * @typedef {object} User
 * @property {string} key
 * @property {string} name
 * @property {readonly { name: string, value: string | null }[]} customizedProperties
 */

export function featbitVectors() {
  return [
    environmentVectors('core', 3),
    environmentVectors('operators', 12),
    environmentVectors('rollout', 10),
    environmentVectors('experiment', 8),
  ]
}

/**
 * All flags of an environment, for every n-th user.
 *
 * @param {string} name
 * @param {number} n
 */
function environmentVectors(name, n) {
  const { users, payload } = fixture(`featbit/cases-${name}.json`)
  const questions = every(users, n).map((user) => ({ context: contextOf(user) }))
  return evaluatedVectors(name, rulesetOf('featbit', fixture(`featbit/${payload}`)), questions)
}

/**
 * Of properties with the same name, FeatBit sees the first.
 *
 * @param {User} user
 */
function contextOf({ key, name, customizedProperties }) {
  const properties = customizedProperties.map((property) => [property.name, property.value]).toReversed()
  return { ...Object.fromEntries(properties), targetingKey: key, name }
}
