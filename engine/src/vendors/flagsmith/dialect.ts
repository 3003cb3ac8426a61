/**
 * Flagsmith's operators, as the vendor's Python engine evaluates conditions. Where that engine would throw, the condition is
 * false.
 *
 * | operator | meaning |
 * |---|---|
 * | `equal notEqual greater greaterEqual less lessEqual (text!, v)` | comparison, by the type of `v` |
 * | `contains notContains in modulo (text!, v)` `isSet(v)` | the conditions of those names |
 * | `text(v)` `scalar(v)` | `v` as Python prints it · `v` unless it is a list or an object |
 * | `percent(id!, v)` `bucket(id!, v)` | percentage of `id` and `v`, printed after conversion or as it is; null for null |
 * | `trait(name!)` `identityKey(environmentKey!)` `jsonPath(query!, environment!)` | what the context says of the identity; `jsonPath` gives the first match if it is a scalar |
 */
import type { Dialect, InvalidArguments, Operand, Operator } from '../../ruleset/dialect.js'
import { unary } from '../../ruleset/dialect.js'
import { holdsText } from '../../ruleset/holds-text.js'
import { isRecord } from '../../ruleset/json.js'
import type { Json, JsonObject } from '../../ruleset/types.js'
import { compareValue, containsText, readComparedText } from './comparison.js'
import { readMembers } from './membership.js'
import { firstMatch } from './json-path.js'
import { parseJsonPath } from './json-path-parser.js'
import { readModulo } from './modulo.js'
import { hashedText, percentageOf } from './percentage.js'
import { coerce, print } from './python-values.js'
import { identityKeyAttribute, identityKeyOf, traitOf, traitsAttribute, traitsOf } from './traits.js'
import { words } from './words.js'

/** An operator of a condition's text, read once, and the value found. */
function condition(prepare: (text: string) => (value: Json) => Json): Operator {
  return {
    parameters: ['static', 'value'],
    prepare: ({ statics: [text], operands: [operand] }) => {
      if (typeof text !== 'string') return invalid("takes the condition's text")
      return applied(prepare(text), operand as Operand)
    },
  }
}

function applied(apply: (value: Json) => Json, operand: Operand): Operand {
  return (evaluation) => apply(operand(evaluation))
}

function invalid(what: string): InvalidArguments {
  return { invalid: what }
}

/** @param holds whether the order of value and text is the wanted one; NaN for a NaN */
function comparison(holds: (order: number) => boolean): Operator {
  return condition((text) => {
    const compared = readComparedText(text)
    return (value) => {
      const order = compareValue(value, compared)
      return order !== null && holds(order)
    }
  })
}

const contains = condition((text) => {
  const compared = readComparedText(text)
  return (value) => containsText(value, compared)
})

/** Not the negation of `contains`: of values that are not text, neither is true. */
const notContains = condition((text) => (value) => {
  const coerced = coerce(value)
  return typeof coerced === 'string' && !holdsText(coerced, text)
})

const membership: Operator = {
  parameters: ['static', 'value'],
  prepare: ({ statics: [listed], operands: [operand] }) => {
    const isMember = readMembers(listed ?? null)
    return isMember === null ? invalid('takes text or a list') : applied(isMember, operand as Operand)
  },
}

/** @param textOf what is hashed of a value, null where nothing is */
function percentage(textOf: (value: Json) => string | null): Operator {
  return {
    ...condition((id) => (value) => {
      const text = textOf(value)
      return text === null ? null : percentageOf(id, text)
    }),
    hashInput: ([id], [value = null]) => {
      const text = textOf(value)
      return typeof id !== 'string' || text === null ? null : hashedText(id, text)
    },
  }
}

function textOnly(value: Json): string | null {
  return typeof value === 'string' ? value : null
}

/** A list or an object that a query finds counts as nothing. */
function scalar(value: Json): Json {
  return typeof value === 'object' ? null : value
}

const trait: Operator = {
  parameters: ['static'],
  prepare: ({ statics: [name] }) =>
    typeof name === 'string' ? ({ context }) => traitOf(context, name) : invalid("takes a trait's name"),
  reads: ([name]) => ({ attributes: typeof name === 'string' ? [name, traitsAttribute] : [] }),
}

const identityKey: Operator = {
  parameters: ['static'],
  prepare: ({ statics: [environmentKey] }) =>
    typeof environmentKey === 'string'
      ? ({ context, targetingKey }) => identityKeyOf(context, targetingKey, environmentKey)
      : invalid("takes the environment's key"),
  reads: () => ({ attributes: [identityKeyAttribute], key: true }),
}

const jsonPath: Operator = {
  parameters: ['static', 'static'],
  prepare: ({ statics: [query, environment] }) => {
    const path = typeof query === 'string' ? parseJsonPath(query) : 'invalid'
    if (typeof path === 'string' || !isEnvironment(environment)) {
      return invalid("takes a JSONPath query and an environment's key and name")
    }
    return ({ context, targetingKey }) =>
      scalar(firstMatch(asVendorContext(context, targetingKey, environment), path.steps) ?? null)
  },
  reads: () => ({ key: true, whole: true }),
}

/** As JSON: what static arguments are. */
type EnvironmentJson = JsonObject & { readonly key: string }

function isEnvironment(value: Json | undefined): value is EnvironmentJson {
  return isRecord(value) && typeof value['key'] === 'string'
}

/** The tree that JSONPath conditions look into; there is no identity without a targeting key. */
function asVendorContext(context: JsonObject, targetingKey: string | null, environment: EnvironmentJson): JsonObject {
  if (targetingKey === null) return { environment }
  const key = identityKeyOf(context, targetingKey, environment.key)
  return { environment, identity: { identifier: targetingKey, traits: traitsOf(context), key } }
}

export const flagsmithDialect: Dialect = {
  name: 'flagsmith',
  version: 1,
  operators: new Map<string, Operator>([
    ['equal', comparison((order) => order === 0)],
    ['notEqual', comparison((order) => order !== 0)],
    ['greater', comparison((order) => order > 0)],
    ['greaterEqual', comparison((order) => order >= 0)],
    ['less', comparison((order) => order < 0)],
    ['lessEqual', comparison((order) => order <= 0)],
    ['contains', contains],
    ['notContains', notContains],
    ['in', membership],
    ['modulo', condition(readModulo)],
    ['isSet', unary((value) => value !== null)],
    ['text', unary(print)],
    ['scalar', unary(scalar)],
    ['percent', percentage(print)],
    ['bucket', percentage(textOnly)],
    ['trait', trait],
    ['identityKey', identityKey],
    ['jsonPath', jsonPath],
  ]),
  words,
}
