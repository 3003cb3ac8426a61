/** FeatBit's operators: everything else in its rules is core. */
import { md5Utf8 } from '../../hash/md5-utf8.js'
import { type Dialect, type Operand, type Operator, unary } from '../../ruleset/dialect.js'
import { attributeText, isBlank, parseDotnetDouble } from './text.js'
import { words } from './words.js'

const digest = new Int32Array(4)

/**
 * Where FeatBit's rollouts put a text: the first four bytes of its MD5 as a signed little-endian integer, divided by -2^31,
 * without its sign.
 *
 * @returns a number in [0, 1], both ends included
 */
export function bucketOf(text: string): number {
  md5Utf8(text, digest)
  return Math.abs((digest[0] as number) / -2_147_483_648)
}

/** `bucket(prefix!, text)`: the bucket of prefix and text together; null is empty text. */
const bucket: Operator = {
  parameters: ['static', 'value'],
  prepare: ({ statics: [prefix], operands: [operand] }) => {
    if (typeof prefix !== 'string') return { invalid: 'takes a prefix and a text' }
    const text = operand as Operand
    return (evaluation) => bucketOf(prefix + attributeText(text(evaluation)))
  },
  hashInput: ([prefix], [text = null]) => (typeof prefix === 'string' ? prefix + attributeText(text) : null),
}

export const dialect: Dialect = {
  name: 'featbit',
  version: 1,
  operators: new Map<string, Operator>([
    ['text', unary(attributeText)],
    ['number', unary((value) => (typeof value === 'string' ? parseDotnetDouble(value) : null))],
    ['blank', unary((value) => typeof value !== 'string' || isBlank(value))],
    ['bucket', bucket],
  ]),
  words,
}
