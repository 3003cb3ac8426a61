/** What conditions see of the context: text, numbers and booleans under a name, never a path. */
import { type Evaluation, type Operand, type Operator, unary } from '../../../ruleset/dialect.js'
import { member } from '../../../ruleset/json.js'
import type { Json } from '../../../ruleset/types.js'
import { datetimeOf, instantOf } from './datetime.js'

function scalar(value: Json): Json {
  return typeof value === 'object' ? null : value
}

/** `value(v)`: lists and objects are undefined. */
export const value: Operator = unary(scalar)

/** Which properties are not simply the attribute of their name. */
interface SpecialProperties {
  /** The attribute that answers for `rox.distinct_id`; null: the targeting key. */
  readonly stickiness: string | null
  readonly datetimes: ReadonlySet<Json>
}

/**
 * `property(stickiness!, datetimes!, name)`: the property of a computed name. Where the name is written out, the translator
 * says what it means.
 */
export const property: Operator = {
  parameters: ['static', 'static', 'value'],
  prepare: ({ statics: [stickiness = null, datetimes], operands: [operand] }) => {
    if ((stickiness !== null && typeof stickiness !== 'string') || !Array.isArray(datetimes)) {
      return { invalid: 'takes an attribute name or null, and a list of attribute names' }
    }
    const special = { stickiness, datetimes: new Set<Json>(datetimes as readonly Json[]) }
    const name = operand as Operand
    return (evaluation) => propertyNamed(name(evaluation), special, evaluation)
  },
  reads: () => ({ whole: true, key: true, clock: true }),
}

function propertyNamed(name: Json, { stickiness, datetimes }: SpecialProperties, evaluation: Evaluation): Json {
  if (typeof name !== 'string') return null
  const { context, targetingKey, nowMs } = evaluation
  const attribute = member(context, name)
  if (name === 'rox.now') return datetimeOf(instantOf(attribute) ?? nowMs)
  if (datetimes.has(name)) return datetimeOf(instantOf(attribute))
  if (name !== 'rox.distinct_id') return scalar(attribute)
  return scalar(attribute) ?? (stickiness === null ? targetingKey : scalar(member(context, stickiness)))
}
