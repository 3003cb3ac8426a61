/** Flagbase's operator in plain words. */
import type { OperatorWords } from '../../ruleset/dialect.js'

export const words: ReadonlyMap<string, OperatorWords> = new Map<string, OperatorWords>([
  ['bucket', { say: 'bucket', hash: 'XXH64 of the SHA-256' }],
])
