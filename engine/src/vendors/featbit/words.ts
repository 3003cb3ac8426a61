/** FeatBit's operators in plain words. */
import type { OperatorWords } from '../../ruleset/dialect.js'

export const words: ReadonlyMap<string, OperatorWords> = new Map<string, OperatorWords>([
  ['text', { say: '{0}' }],
  ['number', { say: '{0}', nothing: 'is no number' }],
  ['blank', { say: '{0} is blank', deny: '{0} is not blank' }],
  ['bucket', { say: 'bucket', hash: 'MD5' }],
])
