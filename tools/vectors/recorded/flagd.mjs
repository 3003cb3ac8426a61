// @ts-check
/** Flags and rules that flagd was recorded with. */
import { byContext, evaluatedVectors, fixture, rulesetOf } from '../evaluated.mjs'

/**
 * @typedef {import('@switchyard/engine').JsonObject} JsonObject
 * @typedef {object} FlagCase
 * @property {string} flagKey
 * @property {JsonObject} flag
 * @property {JsonObject} context
 * @typedef {object} RuleCase
 * @property {string} id
 * @property {import('@switchyard/engine').Json} rule
 * @property {JsonObject | '$DEFAULT'} data
 * @property {{ result?: import('@switchyard/engine').Json, skipped?: string, noTargeting?: true }} flagdGo
 */

/** All of them: the ruleset of each file is small. */
export function flagdVectors() {
  return [documentVectors(), ...['fractional', 'semver', 'strings'].map(flagVectors), ruleVectors()]
}

/** All flags of a document, in every recorded context. */
function documentVectors() {
  const { document, cases } = fixture('flagd/resolution.json')
  const contexts = byContext(cases.map((/** @type {FlagCase} */ { flagKey, context }) => ({ context, flag: flagKey })))
  const questions = contexts.map(({ context }) => ({ context }))
  return evaluatedVectors('document', rulesetOf('flagd', document), questions)
}

/**
 * Flags of all cases side by side: each is translated under its own key, which is hashed, and then listed under another.
 *
 * @param {string} name
 */
function flagVectors(name) {
  /** @type {readonly FlagCase[]} */
  const cases = fixture(`flagd/${name}.json`).cases
  /** @type {Map<string, string>} */
  const listed = new Map()
  const flags = new Map()
  const asked = cases.map(({ flagKey, flag, context }) => {
    const text = JSON.stringify([flagKey, flag])
    const key = listed.get(text) ?? `${flagKey} ${listed.size + 1}`
    listed.set(text, key)
    flags.set(key, rulesetOf('flagd', { flags: { [flagKey]: flag } }).flags[flagKey])
    return { context, flag: key }
  })
  return evaluatedVectors(name, flagdRuleset(flags), byContext(asked))
}

/** A rule becomes a flag with one variant, named after what the rule answers. */
function ruleVectors() {
  /** @type {{ cases: readonly RuleCase[], defaultData: JsonObject }} */
  const { cases, defaultData } = fixture('flagd/jsonlogic.json')
  const evaluated = cases.filter(({ flagdGo }) => flagdGo.skipped === undefined && flagdGo.noTargeting === undefined)
  const flags = evaluated.map(({ id, rule, flagdGo: { result = null } }) => {
    const name = JSON.stringify(result).replaceAll('"', '')
    return [id, rulesetOf('flagd', { flags: { f: { variants: { [name]: true }, targeting: rule } } }).flags['f']]
  })
  const asked = evaluated.map(({ id, data }) => ({ context: data === '$DEFAULT' ? defaultData : data, flag: id }))
  return evaluatedVectors('rules', flagdRuleset(flags), byContext(asked))
}

/** @param {Iterable<readonly unknown[]>} flags */
function flagdRuleset(flags) {
  return { ruleset: /** @type {const} */ (1), dialects: ['flagd'], flags: Object.fromEntries(flags) }
}
