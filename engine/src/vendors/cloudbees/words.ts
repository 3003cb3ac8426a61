/** CloudBees' operators in plain words. */
import type { OperatorWords } from '../../ruleset/dialect.js'

const signs: ReadonlyMap<unknown, string> = new Map([
  ['Eq', 'is'],
  ['Ne', 'is not'],
  ['Lt', 'is before'],
  ['Lte', 'is at most'],
  ['Gt', 'is after'],
  ['Gte', 'is at least'],
])

export const words: ReadonlyMap<string, OperatorWords> = new Map<string, OperatorWords>([
  ['value', { say: '{0}', nothing: 'is no text, number or boolean' }],
  ['property', { say: 'the property named {2}', reads: true }],
  ['eq', { say: '{0} is {1}', deny: '{0} is not {1}', expects: 'same' }],
  ['inArray', { say: '{0} is one of {1}', deny: '{0} is not one of {1}' }],
  ['number', { say: '{0}', nothing: 'is no number' }],
  ['numne', { say: '{0} is a number other than {1}' }],
  ['semver', { say: ([sign]) => `version {1} ${signs.get(sign) ?? '{0}'} {2}` }],
  ['md5', { say: 'the digest of ({0})', hash: 'MD5' }],
  ['base64', { say: '{0} without Base64', nothing: 'is no Base64' }],
  ['seed', { say: 'the seed ({0} + "." + {1})' }],
  ['bucket', { say: 'bucket by MD5 of {0}', result: 'bucket', hash: 'MD5' }],
  ['inRange', { say: 'bucket by MD5 of {2} is from {0} to below {1}', hash: 'MD5' }],
  ['instant', { say: '{0}', nothing: 'is no point in time' }],
  ['datetime', { say: '{0}' }],
  ['tsToNum', { say: '({0}) in seconds', reads: true }],
  ['computed', { say: '{0}', shape: 'same' }],
  ['variantText', { say: '{0} as text', shape: 'same' }],
  ['asBoolean', { say: '{0} as a boolean', shape: 'same' }],
  ['asString', { say: '{0} as text', shape: 'same' }],
  ['asNumber', { say: '{0} as a number', shape: 'same' }],
  ['flagText', { say: '{0} as text', reads: true }],
])
