/** Flagbase's one operator: everything else in its rules is core. */
import { sha256HexUtf8 } from '../../hash/sha256-utf8.js'
import { xxh64Utf8 } from '../../hash/xxh64-utf8.js'
import type { Dialect, Operand, Operator } from '../../ruleset/dialect.js'
import type { Json } from '../../ruleset/types.js'
import { words } from './words.js'

const halves = new Uint32Array(2)

/**
 * Where Flagbase puts a text: the XXH64 of the hexadecimal digits of its SHA-256, modulo 100.
 *
 * @returns an integer from 0 to 99
 * @see flagbase/flagbase, `core/pkg/evaluator/bucket.go` and `core/pkg/hashutil`
 */
export function bucketOf(text: string): number {
  xxh64Utf8(sha256HexUtf8(text), halves)
  // 2^32 is 96 modulo 100, so that no number leaves the range in which doubles are exact.
  return ((halves[0] as number) * 96 + (halves[1] as number)) % 100
}

/** Nothing stands between the two: flag `ab` and user `c` share their bucket with flag `a` and user `bc`. */
function hashedText(flagKey: string, targetingKey: Json): string {
  return typeof targetingKey === 'string' ? flagKey + targetingKey : flagKey
}

/** `bucket(flagKey!, targetingKey)`: the bucket of both together; a key that is no text counts as empty text. */
const bucket: Operator = {
  parameters: ['static', 'value'],
  prepare: ({ statics: [flagKey], operands: [operand] }) => {
    if (typeof flagKey !== 'string') return { invalid: "takes the flag's key and the targeting key" }
    const targetingKey = operand as Operand
    return (evaluation) => bucketOf(hashedText(flagKey, targetingKey(evaluation)))
  },
  hashInput: ([flagKey], [targetingKey = null]) =>
    typeof flagKey === 'string' ? hashedText(flagKey, targetingKey) : null,
}

export const dialect: Dialect = { name: 'flagbase', version: 1, operators: new Map([['bucket', bucket]]), words }
