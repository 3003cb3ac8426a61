/** `semver(op!, a, b)`: versions of one to three segments. What is not a version compares with nothing, not even as unequal. */
import { type Operand, type Operator } from '../../../ruleset/dialect.js'
import type { Json } from '../../../ruleset/types.js'

interface Version {
  /** Decimal texts without leading zeros. */
  readonly segments: readonly string[]
  /** None for a release. */
  readonly prerelease: readonly string[]
}

const number = '(?:0|[1-9][0-9]*)'
const identifier = `(?:${number}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`
const shape = new RegExp(
  `^(${number}(?:\\.${number}){0,2})(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
)

function parseVersion(value: Json): Version | null {
  const match = typeof value === 'string' ? shape.exec(value) : null
  if (match === null) return null
  const [, segments = '', prerelease] = match
  return { segments: segments.split('.'), prerelease: prerelease?.split('.') ?? [] }
}

/** A missing segment comes before any that is there: 1.1 < 1.1.0 < 1.2. A release comes after its prereleases. */
function compareVersions(a: Version, b: Version): number {
  const order = compareLists(a.segments, b.segments)
  if (order !== 0) return order
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length
  return compareLists(a.prerelease, b.prerelease)
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [position, left] of a.entries()) {
    const right = b[position]
    if (right === undefined) return 1
    const order = compareIdentifiers(left, right)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Numbers come before words; numbers of any length by size, words by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const isNumber = isNumeric(a)
  if (isNumber !== isNumeric(b)) return isNumber ? -1 : 1
  return (isNumber ? a.length - b.length : 0) || compareTexts(a, b)
}

function isNumeric(text: string): boolean {
  return /^[0-9]+$/.test(text)
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

const tests: ReadonlyMap<Json | undefined, (order: number) => boolean> = new Map([
  ['Eq', (order: number) => order === 0],
  ['Ne', (order: number) => order !== 0],
  ['Lt', (order: number) => order < 0],
  ['Lte', (order: number) => order <= 0],
  ['Gt', (order: number) => order > 0],
  ['Gte', (order: number) => order >= 0],
])

/** `op` is one of Eq, Ne, Lt, Lte, Gt, Gte. */
export const semver: Operator = {
  parameters: ['static', 'value', 'value'],
  prepare: ({ statics: [op], operands: [a, b] }) => {
    const test = tests.get(op)
    if (test === undefined) return { invalid: 'takes one of Eq, Ne, Lt, Lte, Gt, Gte' }
    const [first, second] = [a as Operand, b as Operand]
    return (evaluation) => {
      const left = parseVersion(first(evaluation))
      const right = parseVersion(second(evaluation))
      return left !== null && right !== null && test(compareVersions(left, right))
    }
  },
}
