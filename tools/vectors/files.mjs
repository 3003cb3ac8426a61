// @ts-check
/** The files of `docs/vectors`, by name. */
import { defaultClock } from './clock.mjs'
import { fixture } from './evaluated.mjs'
import { operatorVectors } from './operators.mjs'
import { cloudbeesVectors } from './recorded/cloudbees.mjs'
import { featbitVectors } from './recorded/featbit.mjs'
import { flagbaseVectors } from './recorded/flagbase.mjs'
import { flagdVectors } from './recorded/flagd.mjs'
import { flagsmithVectors } from './recorded/flagsmith.mjs'
import { revisionVectors } from './revisions.mjs'

/** @typedef {{ rulesets: object, vectors: readonly object[] }} Part */

/** @type {Readonly<Record<string, () => readonly Part[]>>} */
const sets = {
  core: () => [ruleVectors()],
  cloudbees: cloudbeesVectors,
  featbit: featbitVectors,
  flagbase: flagbaseVectors,
  flagd: flagdVectors,
  flagsmith: flagsmithVectors,
}

/** @returns {Record<string, object>} */
export function vectorFiles() {
  const files = Object.entries(sets).map(([set, parts]) => [
    `${set}.generated.json`,
    together(operatorVectors('calls', fixture(`rulesets/operators-${set}.json`)), ...parts()),
  ])
  return { ...Object.fromEntries(files), 'revisions.generated.json': revisionVectors() }
}

/** @param {readonly Part[]} parts */
function together(...parts) {
  return {
    rulesets: Object.assign({}, ...parts.map(({ rulesets }) => rulesets)),
    vectors: parts.flatMap(({ vectors }) => vectors),
  }
}

/** The rules of evaluation, written by hand with their answers. */
function ruleVectors() {
  const { rulesets, vectors } = fixture('rulesets/rules.json')
  return {
    rulesets,
    vectors: vectors.map((/** @type {object} */ vector) => ({ ...defaultClock, ...vector })),
  }
}
