/** Results of expressions as outcomes. The document has no types: an outcome carries every reading that its result allows. */
import type { Expr, Outcome, Reason, Scalar } from '../../../ruleset/types.js'
import { asBoolean, asNumber, asString } from '../dialect/views.js'

// Clients see these texts, so they say nothing of the expression.
export const malformedExpression: Outcome = {
  reason: 'ERROR',
  errorCode: 'PARSE_ERROR',
  errorDetails: 'malformed expression',
}
export const expressionFailed: Outcome = {
  reason: 'ERROR',
  errorCode: 'GENERAL',
  errorDetails: 'expression failed',
}
/** Lists and dictionaries answer no question. */
export const notAValue: Outcome = {
  reason: 'ERROR',
  errorCode: 'TYPE_MISMATCH',
  errorDetails: 'the result is neither text nor a number nor a boolean',
}
/** Undefined: the application's own default. */
export const codeDefault: Outcome = { reason: 'DEFAULT' }

/**
 * The outcome of a constant result.
 *
 * @param isPlain the constant is written as it is: then `"true"` and `"false"` are the booleans that CloudBees writes like that
 */
export function constantOutcome(result: Scalar, isPlain: boolean, reason: Reason): Outcome {
  if (result === null) return codeDefault
  const boolean = asBoolean(result)
  const value = isPlain && boolean !== null ? boolean : result
  return { value, variant: String(result), reason, ...otherViews(result, value) }
}

/** What questions for another type than the value's get. */
function otherViews(result: Scalar, value: Scalar): Pick<Outcome, 'as'> {
  const all = { boolean: asBoolean(result), string: asString(result), number: asNumber(result) }
  const views = Object.entries(all).filter(([type, view]) => view !== null && type !== typeof value)
  return views.length === 0 ? {} : { as: Object.fromEntries(views) }
}

/** The outcome of a result that is known only when evaluating. */
export function computedOutcome(from: Expr, reason: Reason): Outcome {
  return {
    reason,
    compute: {
      from,
      value: 'cloudbees.computed',
      variant: 'cloudbees.variantText',
      boolean: 'cloudbees.asBoolean',
      string: 'cloudbees.asString',
      number: 'cloudbees.asNumber',
    },
  }
}
