// @ts-check
/** The environment that Flagbase's server was recorded with. */
import { evaluatedVectors, every, fixture, rulesetOf } from '../evaluated.mjs'

/**
 * @typedef {object} Evaluation
 * @property {{ identifier?: string, traits?: import('@switchyard/engine').JsonObject }} context
 */

/** All flags, in every tenth context. */
export function flagbaseVectors() {
  /** @type {readonly Evaluation[]} */
  const evaluations = fixture('flagbase/evaluations-production.json')
  const questions = every(evaluations, 10).map(({ context: { identifier, traits } }) => ({
    context: { ...traits, ...(identifier === undefined ? {} : { targetingKey: identifier }) },
  }))
  return [evaluatedVectors('production', rulesetOf('flagbase', fixture('flagbase/ruleset-production.json')), questions)]
}
