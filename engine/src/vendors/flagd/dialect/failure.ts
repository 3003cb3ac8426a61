/** Where flagd's rule engine reports an error or panics, the flag fails: its answer is PARSE_ERROR. */
import { OperatorFailure } from '../../../ruleset/dialect.js'

// One for all: throwing an error that exists already costs no stack trace.
const failure = new OperatorFailure('the rule engine failed')

/** @throws OperatorFailure always */
export function fail(): never {
  throw failure
}
