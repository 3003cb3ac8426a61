/** Where CloudBees' percentages put a seed. */
import { md5Utf8 } from '../../../hash/md5-utf8.js'
import { type Operand, type Operator, OperatorFailure } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'
import { seedText } from './text.js'

const words = new Int32Array(4)

/** Where a seed falls in [0, 1): by the MD5 of its UTF-8 bytes. */
export function bucketOf(seed: string): number {
  md5Utf8(seed, words)
  return bucketOfWord(words[0] as number)
}

/**
 * The first four bytes of a hash, as a little-endian integer, over 2^32 - 1; where that gives 1, 0.
 *
 * @param word signed or unsigned
 */
export function bucketOfWord(word: number): number {
  const bucket = (word >>> 0) / 4_294_967_295
  return bucket === 1 ? 0 : bucket
}

const failure = new OperatorFailure('a percentage has nothing to hash')

/** @throws OperatorFailure where there is no seed: CloudBees' SDKs fail there */
function bucketOrFail(value: Json): number {
  const seed = seedText(value)
  if (seed === null) throw failure
  return bucketOf(seed)
}

/** `bucket(seed)`: `isInPercentage(p, seed)` is bucket <= p, so 0 holds only the bucket 0, and 1 everybody. */
export const bucket: Operator = {
  parameters: ['value'],
  prepare: ({ operands: [operand] }) => {
    const seed = operand as Operand
    return (evaluation) => bucketOrFail(seed(evaluation))
  },
  hashInput: (_, [seed = null]) => seedText(seed),
}

/** `inRange(from, to, seed)`: from <= bucket < to, so that ranges side by side have nobody in common. */
export const inRange: Operator = {
  parameters: ['value', 'value', 'value'],
  prepare: ({ operands }) => {
    const [from, to, seed] = operands as [Operand, Operand, Operand]
    return (evaluation) => {
      const number = bucketOrFail(seed(evaluation))
      const low = from(evaluation)
      const high = to(evaluation)
      return typeof low === 'number' && typeof high === 'number' && low <= number && number < high
    }
  },
  hashInput: (_, values) => seedText(values[2] ?? null),
  bucket: (_, values) => {
    const seed = seedText(values[2] ?? null)
    return seed === null ? null : bucketOf(seed)
  },
}
