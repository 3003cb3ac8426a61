import type { ErrorCode, Json, ValueType } from '../ruleset/types.js'
import type { EvaluatedOutcome } from './snapshot.js'

/** What a typed question gets: a value, the application's code default, or an error. */
export type TypedResolution =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'codeDefault' }
  | { readonly kind: 'error'; readonly errorCode: ErrorCode; readonly errorDetails: string }

/**
 * Resolves an answer as the type an application asks for, in the order of the format: the outcome's error, its typed view,
 * its value, the code default, TYPE_MISMATCH.
 *
 * @see docs/ruleset.md, "Typed resolution is data"
 */
export function resolveAs(outcome: EvaluatedOutcome, type: ValueType): TypedResolution {
  const { value, errorCode } = outcome
  if (errorCode !== undefined) return { kind: 'error', errorCode, errorDetails: outcome.errorDetails ?? '' }
  const view = outcome.as?.[type]
  if (view !== undefined) return { kind: 'value', value: view }
  if (value !== undefined && typeOf(value) === type) return { kind: 'value', value }
  if (value === undefined || outcome.codeDefault?.includes(type) === true) return { kind: 'codeDefault' }
  const details = `flag ${JSON.stringify(outcome.flagKey)} has a value of type ${typeOf(value)}, asked for ${type}`
  return { kind: 'error', errorCode: 'TYPE_MISMATCH', errorDetails: details }
}

/** OpenFeature's type of a JSON value; lists and null count as object. */
export function typeOf(value: Json): ValueType {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'string':
      return 'string'
    case 'number':
      return 'number'
    default:
      return 'object'
  }
}
