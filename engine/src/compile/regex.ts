/** The one regex engine: RE2's, linear in the subject, so that no document and no user can make it backtrack (ADR-0004). */
import { RE2JS } from 're2js'
import type { Matcher, RegexMode } from '../ruleset/dialect.js'
import { programSizeOf } from './program-size.js'
import { type ReadPattern, readPattern, type UnsupportedPattern } from './regex-flavours.js'

const maxPatternLength = 1_000
/** Longer subjects never match: the work of one condition stays bounded. */
const maxSubjectLength = 10_000
/** In instructions. A match takes up to a subject's length times as many steps: 50 million, about a second. */
const maxProgramSize = 5_000
/** Beyond, the pattern is not even compiled, which would take half a second by itself. It is only an estimate. */
const maxEstimatedSize = 20_000

/** Compiles a pattern read in its vendor's flavour, or says why it cannot be run. */
export function compilePattern(pattern: string, flavour: string, mode: RegexMode): Matcher | UnsupportedPattern {
  if (pattern.length > maxPatternLength) return { unsupported: `longer than ${maxPatternLength} characters` }
  const reading = readPattern(pattern, flavour, mode)
  if ('unsupported' in reading) return reading
  try {
    return programSizeOf(reading.source) > maxEstimatedSize ? tooLarge : matcherOf(reading, mode)
  } catch (error) {
    return { unsupported: error instanceof Error ? error.message : String(error) }
  }
}

const tooLarge: UnsupportedPattern = { unsupported: 'its repetitions make it too large' }

function matcherOf(reading: ReadPattern, mode: RegexMode): Matcher | UnsupportedPattern {
  const compiled = RE2JS.compile(reading.source, reading.flags)
  if (compiled.programSize() > maxProgramSize) return tooLarge
  const run = mode === 'prefix' ? atStart(reading, compiled) : anywhere(mode, compiled)
  return { test: (subject) => subject.length <= maxSubjectLength && run(subject) }
}

/** Whether there is a match, never where: so re2js needs no threads of states, and is many times as fast. */
function anywhere(mode: 'search' | 'full', compiled: RE2JS): (subject: string) => boolean {
  return mode === 'full' ? (subject) => compiled.matches(subject) : (subject) => compiled.test(subject)
}

/** re2js has no such way for matches at the start; another pattern has. */
function atStart({ source, flags }: ReadPattern, compiled: RE2JS): (subject: string) => boolean {
  try {
    const anchored = RE2JS.compile(`\\A(?:${source})`, flags)
    return (subject) => anchored.test(subject)
  } catch {
    // Text in \Q that goes on to the end of the pattern swallows the bracket.
    return (subject) => compiled.matcher(subject).lookingAt()
  }
}
