/** The vendor's comparisons: how the type of the value found decides how the condition's text is read. */
import { holdsText } from '../../ruleset/holds-text.js'
import type { Json } from '../../ruleset/types.js'
import { coerce, compareCodePoints, parseFloatText, parseInteger } from './python-values.js'
import { compareVersions, parseVersion, type SemanticVersion } from './semantic-version.js'

const versionSuffix = ':semver'

/** A condition's text, read once in every way a value may want it. */
export interface ComparedText {
  readonly text: string
  readonly integer: bigint | null
  readonly float: number | null
  /** Everything but `False` and `false` is true. */
  readonly boolean: boolean
  /** The text without the suffix `:semver`; null where it has none. */
  readonly versionText: string | null
  /** Null where there is no suffix, or no valid version before it. */
  readonly version: SemanticVersion | null
}

export function readComparedText(text: string): ComparedText {
  const versionText = text.endsWith(versionSuffix) ? text.slice(0, -versionSuffix.length) : null
  return {
    text,
    integer: parseInteger(text),
    float: parseFloatText(text),
    boolean: text !== 'False' && text !== 'false',
    versionText,
    version: versionText === null ? null : parseVersion(versionText),
  }
}

/**
 * Orders a value against a condition's text.
 *
 * @returns negative, 0 or positive as the value is less, equal or greater; NaN where Python finds neither (a NaN); null where
 * the two cannot be compared, which makes every comparison false, `NOT_EQUAL` included
 */
export function compareValue(value: Json, condition: ComparedText): number | null {
  const coerced = coerce(value)
  switch (typeof coerced) {
    case 'string':
      return condition.versionText === null
        ? compareCodePoints(coerced, condition.text)
        : compareWithVersion(coerced, condition.version)
    case 'number':
      return condition.float === null ? null : compareNumbers(coerced, condition.float)
    case 'bigint':
      return condition.integer === null ? null : compareNumbers(coerced, condition.integer)
    case 'boolean':
      return Number(coerced) - Number(condition.boolean)
    default:
      return null
  }
}

function compareNumbers<T extends number | bigint>(a: T, b: T): number {
  if (a < b) return -1
  if (a > b) return 1
  return a === b ? 0 : Number.NaN
}

function compareWithVersion(text: string, wanted: SemanticVersion | null): number | null {
  const version = wanted === null ? null : parseVersion(text)
  return version === null || wanted === null ? null : compareVersions(version, wanted)
}

/** Whether text contains the condition's; a version "contains" its own prerelease and build, as Python iterates over it. */
export function containsText(value: Json, condition: ComparedText): boolean {
  const text = coerce(value)
  if (typeof text !== 'string') return false
  if (condition.versionText === null) return holdsText(text, condition.text)
  const version = parseVersion(text)
  return version !== null && (version.prerelease === condition.versionText || version.build === condition.versionText)
}
