// @ts-check
/** Rulesets with their hashes, the texts whose hashes give their revisions, and the patches between them. */
import { diff, seal } from '@switchyard/engine'
import { fixture } from './evaluated.mjs'

/** @typedef {import('@switchyard/engine').SealedRuleset} SealedRuleset */

export function revisionVectors() {
  const { hashes, rulesets } = fixture('rulesets/revisions.json')
  const sealed = Object.entries(rulesets).map(([name, ruleset]) => ({ name, ruleset: seal(ruleset) }))
  return {
    hashes: hashes.map((/** @type {readonly [string, string]} */ [text, xxh64]) => ({ text, xxh64 })),
    rulesets: Object.fromEntries(sealed.map(({ name, ruleset }) => [name, ruleset])),
    summed: Object.fromEntries(sealed.map(({ name, ruleset }) => [name, summedTexts(ruleset)])),
    patches: sealed.flatMap((before, index) =>
      sealed.slice(index + 1, index + 2).map((after) => {
        return { before: before.name, after: after.name, patch: diff(before.ruleset, after.ruleset) }
      }),
    ),
  }
}

/**
 * The texts of rule H3, in any order.
 *
 * @param {SealedRuleset} ruleset
 */
function summedTexts(ruleset) {
  const { hash, targetsHash } = ruleset
  const parts = /** @type {const} */ (['flags', 'segments', 'lists']).flatMap((kind) =>
    Object.entries(ruleset[kind] ?? {}).map(([key, part]) => [kind, key, part.hash]),
  )
  const targets = targetsHash === undefined ? [] : [['targets', '', targetsHash]]
  return [['header', '', hash], ...targets, ...parts].map((text) => text.join('\0'))
}
