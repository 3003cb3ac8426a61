// @ts-check
/** Vectors whose answers the engine gives. That these are right is shown by the suites that compare with the recordings. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, providerView, seal, vendors } from '@switchyard/engine'
import { root } from '../run.mjs'
import { answerOf } from './answer.mjs'
import { defaultClock } from './clock.mjs'

/**
 * @typedef {import('@switchyard/engine').Json} Json
 * @typedef {import('@switchyard/engine').JsonObject} JsonObject
 * @typedef {import('@switchyard/engine').Ruleset} Ruleset
 * @typedef {object} Question
 * @property {JsonObject} context
 * @property {readonly string[]} [flags] all of them when absent
 * @property {number} [now] epoch milliseconds
 */

/**
 * A file of `test/fixtures`, parsed.
 *
 * @param {string} path
 */
export function fixture(path) {
  return JSON.parse(readFileSync(join(root, 'test', 'fixtures', path), 'utf8'))
}

/**
 * A vendor's document as the ruleset that providers get.
 *
 * @param {string} vendorName
 * @param {unknown} document
 * @returns {Ruleset}
 */
export function rulesetOf(vendorName, document) {
  const vendor = vendors.get(vendorName)
  const decoded = vendor?.decode(document)
  if (vendor === undefined || decoded?.ok !== true) throw new TypeError(`no document of ${vendorName}`)
  return providerView(seal(vendor.translate(decoded.document).ruleset))
}

/**
 * @param {string} name of the ruleset
 * @param {Ruleset} ruleset
 * @param {readonly Question[]} questions
 */
export function evaluatedVectors(name, ruleset, questions) {
  const { snapshot } = compile(ruleset)
  const vectors = questions.map(({ context, flags = snapshot.flagKeys, now = defaultClock.now }) => {
    const environment = { nowMs: now, random: () => defaultClock.random }
    const answers = flags.map((key) => [key, answerOf(snapshot.evaluate(key, context, environment))])
    return { ruleset: name, context, ...defaultClock, now, answers: Object.fromEntries(answers) }
  })
  return { rulesets: { [name]: ruleset }, vectors }
}

/**
 * Questions about one flag each, those with the same context together.
 *
 * @param {readonly { readonly context: JsonObject, readonly flag: string }[]} asked
 * @returns {Question[]}
 */
export function byContext(asked) {
  const contexts = new Map(asked.map(({ context }) => [JSON.stringify(context), context]))
  return Array.from(contexts, ([text, context]) => {
    const flags = asked.filter((question) => JSON.stringify(question.context) === text).map(({ flag }) => flag)
    return { context, flags: [...new Set(flags)] }
  })
}

/**
 * Every n-th item, the first included: the recordings are too many to be carried along.
 *
 * @template Item
 * @param {readonly Item[]} items
 * @param {number} n
 */
export function every(items, n) {
  return items.filter((_, index) => index % n === 0)
}
