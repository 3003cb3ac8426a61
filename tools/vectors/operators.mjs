// @ts-check
/**
 * Calls of operators become flags: each flag switches over one call, and has what the call is expected to give for its only
 * case. So an engine that can do nothing but answer flags can be tested with them.
 */
import { defaultClock } from './clock.mjs'

/**
 * @typedef {import('@switchyard/engine').Json} Json
 * @typedef {import('@switchyard/engine').JsonObject} JsonObject
 * @typedef {Json | { readonly fails: true }} Expected
 * @typedef {readonly [expression: import('@switchyard/engine').Call, expected: Expected, context?: JsonObject]} Row
 * @typedef {object} OperatorCases
 * @property {JsonObject} context of all rows that bring none
 * @property {Partial<import('@switchyard/engine').Ruleset>} [surroundings] what the calls refer to
 * @property {Readonly<Record<string, readonly Row[]>>} operators by the operator that the rows are about
 */

/**
 * One ruleset with a flag for each row, and one vector for each context.
 *
 * @param {string} name of the ruleset
 * @param {OperatorCases} cases
 */
export function operatorVectors(name, { context, surroundings = {}, operators }) {
  const rows = Object.entries(operators).flatMap(([operator, calls]) =>
    calls.map(([expression, expected, own], index) => {
      return { key: `${operator} ${index + 1}`, expression, expected, context: own ?? context }
    }),
  )
  const flags = rows.map(({ key, expression, expected }) => [key, flagOf(expression, expected)])
  const ruleset = {
    ruleset: 1,
    dialects: dialectsOf(Object.keys(operators)),
    ...surroundings,
    flags: { ...surroundings.flags, ...Object.fromEntries(flags) },
  }
  const contexts = new Map(rows.map((row) => [JSON.stringify(row.context), row.context]))
  const vectors = Array.from(contexts, ([text, shared]) => {
    const answered = rows.filter((row) => JSON.stringify(row.context) === text)
    const answers = answered.map(({ key, expected }) => [key, answerFor(expected)])
    return { ruleset: name, context: shared, ...defaultClock, answers: Object.fromEntries(answers) }
  })
  return { rulesets: { [name]: ruleset }, vectors }
}

/** @param {readonly string[]} names */
function dialectsOf(names) {
  const sets = names.filter((name) => name.includes('.')).map((name) => name.slice(0, name.indexOf('.')))
  return [...new Set(sets)].toSorted()
}

const anotherValue = { reason: 'ERROR', errorCode: 'GENERAL', errorDetails: 'another value' }

/**
 * @param {Json} expression
 * @param {Expected} expected
 */
function flagOf(expression, expected) {
  if (isFailure(expected) || expected === null)
    return { outcomes: [anotherValue], decide: { switch: expression, cases: [], missing: null, else: 0 } }
  return {
    outcomes: [{ value: expected, reason: 'TARGETING_MATCH' }, anotherValue],
    decide: { switch: expression, cases: [[expected, 0]], missing: null, else: 1 },
  }
}

/**
 * A value is answered as it is, null as nothing, a failure as the error that a flag without `failed` answers.
 *
 * @param {Expected} expected
 */
function answerFor(expected) {
  if (isFailure(expected)) return { reason: 'ERROR', errorCode: 'PARSE_ERROR' }
  return expected === null ? { reason: 'DEFAULT' } : { value: expected, reason: 'TARGETING_MATCH' }
}

/**
 * @param {Expected} expected
 * @returns {expected is { readonly fails: true }}
 */
function isFailure(expected) {
  return typeof expected === 'object' && expected !== null && 'fails' in expected
}
