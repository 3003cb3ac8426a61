/** Semantic versions, strictly as SemVer 2.0.0 writes them, without limits on the size of numbers. */

export interface SemanticVersion {
  /** Major, minor and patch as decimal text without leading zeros. */
  readonly numbers: readonly string[]
  readonly prerelease: string | null
  /** Says nothing about precedence. */
  readonly build: string | null
}

const number = /^(?:0|[1-9][0-9]*)$/
const identifier = /^[0-9A-Za-z-]+$/
const digits = /^[0-9]+$/

/** Reads a version; null where the text is not one, a leading `v` included. */
export function parseVersion(text: string): SemanticVersion | null {
  const [release, build] = splitAtFirst(text, '+')
  const [core, prerelease] = splitAtFirst(release, '-')
  const numbers = core.split('.')
  if (numbers.length !== 3 || !numbers.every((part) => number.test(part))) return null
  if (prerelease !== null && !prerelease.split('.').every(isPrereleaseIdentifier)) return null
  if (build !== null && !build.split('.').every((part) => identifier.test(part))) return null
  return { numbers, prerelease, build }
}

function splitAtFirst(text: string, mark: string): [before: string, after: string | null] {
  const position = text.indexOf(mark)
  return position < 0 ? [text, null] : [text.slice(0, position), text.slice(position + 1)]
}

function isPrereleaseIdentifier(part: string): boolean {
  return digits.test(part) ? number.test(part) : identifier.test(part)
}

/** Orders by precedence: negative where `a` comes first, 0 where only build metadata differs. */
export function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const [position, left] of a.numbers.entries()) {
    const order = compareNumerals(left, b.numbers[position] ?? '')
    if (order !== 0) return order
  }
  if (a.prerelease === null || b.prerelease === null) {
    return Number(a.prerelease === null) - Number(b.prerelease === null)
  }
  return comparePrereleases(a.prerelease.split('.'), b.prerelease.split('.'))
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (const [position, left] of a.entries()) {
    const right = b[position]
    if (right === undefined) return 1
    const order = compareIdentifiers(left, right)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Numbers come before words; numbers by size, words by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const isNumber = digits.test(a)
  if (isNumber !== digits.test(b)) return isNumber ? -1 : 1
  return isNumber ? compareNumerals(a, b) : compareAscii(a, b)
}

function compareNumerals(a: string, b: string): number {
  return a.length - b.length || compareAscii(a, b)
}

function compareAscii(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
