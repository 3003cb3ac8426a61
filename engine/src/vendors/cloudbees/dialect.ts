/**
 * CloudBees' operators. Undefined is null, and everything that does not convert is undefined.
 *
 * | operator | meaning |
 * |---|---|
 * | `value(v)` `property(stickiness!, datetimes!, name)` | what a property is: text, a number or a boolean · the property of a computed name |
 * | `eq(a, b)` `inArray(x, list)` | strict in type; for `eq` undefined is false |
 * | `number(v)` `numne(a, b)` | numeric reading of a value · two numbers that differ |
 * | `semver(op!, a, b)` | versions of one to three segments |
 * | `md5(v)` `base64(v)` `seed(a, b)` | functions of text |
 * | `bucket(seed)` `inRange(from, to, seed)` | percentages; they fail without a seed |
 * | `instant(v)` `datetime(ms)` `tsToNum(v)` | points in time |
 * | `computed variantText asBoolean asString asNumber (v)` `flagText(v)` | what a result is as an answer, and for another flag |
 */
import { binary, type Dialect, type Operator, unary } from '../../ruleset/dialect.js'
import { bucket, inRange } from './dialect/bucket.js'
import { eq, inArray, number, numne } from './dialect/comparison.js'
import { datetime, instant, tsToNum } from './dialect/datetime.js'
import { property, value } from './dialect/property.js'
import { semver } from './dialect/semantic-version.js'
import { base64Text, md5Text, mergedSeed } from './dialect/text.js'
import { views } from './dialect/views.js'
import { words } from './words.js'

const md5: Operator = {
  ...unary(md5Text),
  hashInput: (_, [text]) => (typeof text === 'string' ? text : null),
}

export const dialect: Dialect = {
  name: 'cloudbees',
  version: 1,
  operators: new Map<string, Operator>([
    ['value', value],
    ['property', property],
    ['eq', eq],
    ['inArray', inArray],
    ['number', number],
    ['numne', numne],
    ['semver', semver],
    ['md5', md5],
    ['base64', unary(base64Text)],
    ['seed', binary(mergedSeed)],
    ['bucket', bucket],
    ['inRange', inRange],
    ['instant', instant],
    ['datetime', datetime],
    ['tsToNum', tsToNum],
    ...views,
  ]),
  words,
}
