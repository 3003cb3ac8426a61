/** `sem_ver`: versions as Go's `golang.org/x/mod/semver` reads and orders them. */
import { type Operand, type Operator } from '../../../ruleset/dialect.js'
import { plainDecimal } from '../../../ruleset/go-number.js'
import type { Json } from '../../../ruleset/types.js'
import { isList } from './conversion.js'
import { eager, type EagerOperator } from './eager.js'
import { chargeInLists } from './steps.js'

interface Version {
  readonly major: string
  readonly minor: string
  readonly patch: string
  /** Dot-separated identifiers; none for a release. */
  readonly prerelease: readonly string[]
}

const number = '(0|[1-9][0-9]*)'
// Minor and patch may be left out, but only where nothing follows.
const shape = new RegExp(`^v${number}(?:\\.${number}(?:\\.${number}(?:-([\\dA-Za-z.-]*))?(?:\\+([\\dA-Za-z.-]*))?)?)?$`)

/** One leading `v` or `V` is optional. @returns null for what is not a version: `1.x`, `1-alpha`, booleans, null */
function parseVersion(value: Json): Version | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const text = typeof value === 'number' ? numberText(value) : value
  const match = shape.exec(text.startsWith('v') ? text : `v${text.startsWith('V') ? text.slice(1) : text}`)
  if (match === null) return null
  const [, major = '0', minor = '0', patch = '0', prerelease, build] = match
  const identifiers = prerelease?.split('.') ?? []
  if (!identifiers.every(isPrereleaseIdentifier) || build?.split('.').includes('') === true) return null
  return { major, minor, patch, prerelease: identifiers }
}

/** Go prints larger numbers with an exponent, and so does `String` smaller ones: neither is a version. */
function numberText(value: number): string {
  return value < 1_000_000 ? plainDecimal(value) : ''
}

/** A numeric one has no leading zero. */
function isPrereleaseIdentifier(text: string): boolean {
  return text !== '' && (!isNumeric(text) || text === '0' || !text.startsWith('0'))
}

function isNumeric(text: string): boolean {
  return /^[0-9]+$/.test(text)
}

function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  )
}

/** Digits without leading zeros, of any length. */
function compareNumbers(a: string, b: string): number {
  return a.length === b.length ? compareTexts(a, b) : a.length - b.length
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A release comes after its prereleases; numeric identifiers come before the others. */
function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    const order = compareIdentifiers(left, right)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareIdentifiers(a: string, b: string): number {
  if (isNumeric(a) !== isNumeric(b)) return isNumeric(a) ? -1 : 1
  return isNumeric(a) ? compareNumbers(a, b) : compareTexts(a, b)
}

type Comparison = (a: Version, b: Version) => boolean

const operators: ReadonlyMap<Json, Comparison> = new Map<Json, Comparison>([
  ['=', (a, b) => compareVersions(a, b) === 0],
  ['!=', (a, b) => compareVersions(a, b) !== 0],
  ['<', (a, b) => compareVersions(a, b) < 0],
  ['<=', (a, b) => compareVersions(a, b) <= 0],
  ['>', (a, b) => compareVersions(a, b) > 0],
  ['>=', (a, b) => compareVersions(a, b) >= 0],
  // Not npm's meaning: equality of the leading numbers, whichever version is the higher one.
  ['^', (a, b) => a.major === b.major],
  ['~', (a, b) => a.major === b.major && a.minor === b.minor],
])

/** `sem_ver(version, operator, version)`: null unless there are exactly three valid arguments. */
export const semVer: EagerOperator = eager((value) => {
  if (!isList(value) || value.length !== 3) return null
  const [left = null, operator = null, right = null] = value
  const compare = operators.get(operator)
  const a = parseVersion(left)
  const b = parseVersion(right)
  return compare === undefined || a === null || b === null ? null : compare(a, b)
})

/** `semVerOf(x, operator!, version!)`: the same with a version that is known when compiling. */
export const semVerOf: Operator = {
  parameters: ['value', 'static', 'static'],
  prepare: ({ operands: [operand], statics: [operator = null, version = null] }) => {
    const subject = operand as Operand
    const compare = operators.get(operator)
    const target = parseVersion(version)
    return (evaluation) => {
      const value = subject(evaluation)
      chargeInLists(value, evaluation)
      const actual = parseVersion(value)
      return compare === undefined || target === null || actual === null ? null : compare(actual, target)
    }
  },
}
