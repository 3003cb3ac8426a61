// @ts-check
/** A document and expressions that CloudBees' C SDK was recorded with. */
import { normalizeContext } from '@switchyard/engine'
import { byContext, evaluatedVectors, fixture, rulesetOf } from '../evaluated.mjs'

/**
 * @typedef {import('@switchyard/engine').Json} Json
 * @typedef {import('@switchyard/engine').JsonObject} JsonObject
 * @typedef {object} Property
 * @property {string} type
 * @property {Json} [value]
 * @property {string} [fromContext] the attribute that it reads
 * @typedef {object} RecordedExpression
 * @property {string} id
 * @property {string} expression
 * @property {JsonObject} [context]
 * @property {Readonly<Record<string, Property>>} [properties]
 * @property {JsonObject} [targetGroups]
 * @property {JsonObject} [experiments]
 * @property {{ type: string }} expected
 */

export function cloudbeesVectors() {
  return [documentVectors(), expressionVectors()]
}

function documentVectors() {
  const folder = 'cloudbees/documents/doc3-edge-cases'
  const { appRelease, nowSeconds, users } = fixture(`${folder}/users.json`)
  const questions = users.map((/** @type {{ context: JsonObject }} */ { context }) => ({
    context: { 'rox.app_release': appRelease, 'rox.platform': 'C', ...context },
    now: nowSeconds * 1_000,
  }))
  return evaluatedVectors('document', rulesetOf('cloudbees', fixture(`${folder}/inner.json`)), questions)
}

/** Those that stand alone, each as the condition of a flag. */
function expressionVectors() {
  /** @type {readonly RecordedExpression[]} */
  const recorded = fixture('cloudbees/expressions.json')
  const alone = recorded.filter(
    ({ expected, targetGroups, experiments }) =>
      expected.type !== 'unspecified' && targetGroups === undefined && experiments === undefined,
  )
  const document = {
    experiments: alone.map(({ id, expression }) => ({
      _id: id,
      name: id,
      archived: false,
      featureFlags: [{ name: id }],
      deploymentConfiguration: { condition: expression },
      labels: [],
      stickinessProperty: 'rox.distinct_id',
    })),
    targetGroups: [],
    remoteVariables: [],
    platform: 'C',
    creation_date: '2026-01-01T00:00:00.000Z',
    api_version: '1.9.0',
  }
  const asked = alone.map((row) => ({ context: contextOf(row), flag: row.id }))
  return evaluatedVectors('expressions', withoutMetadata(rulesetOf('cloudbees', document)), byContext(asked))
}

/**
 * The flags' metadata repeats their keys.
 *
 * @param {import('@switchyard/engine').Ruleset} ruleset
 */
function withoutMetadata({ revision: _revision, hash: _headerHash, ...ruleset }) {
  const flags = Object.entries(ruleset.flags).map(([key, { metadata: _metadata, hash: _hash, ...flag }]) => [key, flag])
  return { ...ruleset, flags: Object.fromEntries(flags) }
}

/**
 * The context with what was registered as properties; a datetime is a date.
 *
 * @param {RecordedExpression} recorded
 */
function contextOf({ context = {}, properties = {} }) {
  const registered = Object.entries(properties).map(([name, { type, value, fromContext }]) => {
    if (fromContext !== undefined) return [name, context[fromContext]]
    return [name, type === 'datetime' ? new Date(Number(value) * 1_000) : value]
  })
  return normalizeContext({ ...context, ...Object.fromEntries(registered) })
}
