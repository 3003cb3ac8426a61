/** Flagsmith's operators in plain words. */
import type { OperatorWords } from '../../ruleset/dialect.js'
import { parseModulo } from './modulo.js'

export const words: ReadonlyMap<string, OperatorWords> = new Map<string, OperatorWords>([
  ['equal', { say: '{1} equals {0}', deny: '{1} does not equal {0}' }],
  ['notEqual', { say: '{1} differs from {0}', deny: '{1} does not differ from {0}' }],
  ['greater', { say: '{1} is greater than {0}', deny: '{1} is not greater than {0}' }],
  ['greaterEqual', { say: '{1} is at least {0}', deny: '{1} is not at least {0}' }],
  ['less', { say: '{1} is less than {0}', deny: '{1} is not less than {0}' }],
  ['lessEqual', { say: '{1} is at most {0}', deny: '{1} is not at most {0}' }],
  ['contains', { say: '{1} contains {0}', deny: '{1} does not contain {0}' }],
  ['notContains', { say: '{1} is text without {0} in it', deny: '{1} is not text without {0} in it' }],
  ['in', { say: '{1} is one of {0}', deny: '{1} is not one of {0}' }],
  ['modulo', { say: ([text]) => sayModulo(text) }],
  ['isSet', { say: '{0} is set', deny: '{0} is not set' }],
  ['text', { say: '{0}' }],
  ['scalar', { say: '{0}' }],
  ['percent', { say: 'percentage of {1}', hash: 'MD5' }],
  ['bucket', { say: 'percentage of {1}', hash: 'MD5' }],
  ['trait', { say: sayTrait, reads: true }],
  ['identityKey', { say: 'identity key', reads: true }],
  ['jsonPath', { say: '{0|name}', reads: true }],
])

/** Queries are looked up as the names of traits first. */
function sayTrait([name]: readonly unknown[]): string {
  return typeof name === 'string' && name.startsWith('$.') ? 'the trait {0|name}' : '{0|name}'
}

function sayModulo(text: unknown): string {
  const parsed = typeof text === 'string' ? parseModulo(text) : null
  if (parsed === null) return '{1} has the remainder {0}'
  return `{1} divided by ${parsed.divisor} leaves ${parsed.remainder}`
}
