/**
 * flagd's operators: JSONLogic as the daemon's Go libraries evaluate it, edge cases included.
 *
 * @see https://flagd.dev/reference/custom-operations/fractional-operation/ and https://jsonlogic.com/operations.html
 */
import { type Dialect, type Operator, unary } from '../../ruleset/dialect.js'
import { arithmetic } from './dialect/arithmetic.js'
import { comparisons } from './dialect/comparison.js'
import { computedForm, type EagerOperator, variadicForm } from './dialect/eager.js'
import { bucketOperator, current, fractionalOperator, legacy, seedOperator } from './dialect/fractional.js'
import { listOperators } from './dialect/list-operators.js'
import { inList, lists } from './dialect/lists.js'
import { logic, negations } from './dialect/logic.js'
import { semVer, semVerOf } from './dialect/semantic-version.js'
import { texts } from './dialect/text.js'
import { missing, missingSome, toSeconds, variable, variableOf } from './dialect/variable.js'
import { variantName } from './dialect/variant-name.js'
import { words } from './words.js'

/** Those that look at their evaluated arguments only. */
export const eagerOperators: ReadonlyMap<string, EagerOperator> = new Map([
  ...comparisons,
  ...negations,
  ...arithmetic,
  ...texts,
  ...lists,
  ['sem_ver', semVer],
])

export const dialect: Dialect = {
  name: 'flagd',
  version: 1,
  operators: new Map<string, Operator>([
    ...Array.from(eagerOperators, ([name, operator]) => [name, variadicForm(operator)] as const),
    ...logic,
    ...listOperators,
    ['apply', computedForm(eagerOperators)],
    ['inList', inList],
    ['semVerOf', semVerOf],
    ['var', variable],
    ['varOf', variableOf],
    ['missing', missing],
    ['missing_some', missingSome],
    ['timestamp', unary((nowMs) => (typeof nowMs === 'number' ? toSeconds(nowMs) : null))],
    ['variant', unary((answer) => (answer === null ? null : variantName(answer)))],
    ['seed', seedOperator(current)],
    ['bucket', bucketOperator(current)],
    ['fractional', fractionalOperator(current)],
    ['seedLegacy', seedOperator(legacy)],
    ['bucketLegacy', bucketOperator(legacy)],
    ['fractionalLegacy', fractionalOperator(legacy)],
  ]),
  words,
}
