/** The one regex engine: RE2's, linear in the subject, so that no document and no user can make it backtrack (ADR-0004). */
import { RE2JS } from 're2js'
import type { Matcher, RegexMode } from '../ruleset/dialect.js'
import { readPattern, type UnsupportedPattern } from './regex-flavours.js'

const maxPatternLength = 1_000
/** Longer subjects never match: the work of one condition stays bounded. */
const maxSubjectLength = 10_000

/** Compiles a pattern read in its vendor's flavour, or says why it cannot be run. */
export function compilePattern(pattern: string, flavour: string, mode: RegexMode): Matcher | UnsupportedPattern {
  if (pattern.length > maxPatternLength) return { unsupported: `longer than ${maxPatternLength} characters` }
  const reading = readPattern(pattern, flavour, mode)
  if ('unsupported' in reading) return reading
  try {
    const compiled = RE2JS.compile(reading.source, reading.flags)
    return { test: (subject) => subject.length <= maxSubjectLength && run(compiled, subject, mode) }
  } catch (error) {
    return { unsupported: error instanceof Error ? error.message : String(error) }
  }
}

function run(compiled: RE2JS, subject: string, mode: RegexMode): boolean {
  switch (mode) {
    case 'search':
      return compiled.matcher(subject).find()
    case 'prefix':
      return compiled.matcher(subject).lookingAt()
    case 'full':
      return compiled.matches(subject)
  }
}
