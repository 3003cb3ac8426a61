import type { Host, Matcher } from '../ruleset/dialect.js'
import { compilePattern } from './regex.js'
import type { UnsupportedPattern } from './regex-flavours.js'

/** Patterns that have been compiled, or refused, by mode, flavour and text: each is looked at once per revision. */
export type Patterns = Map<string, Matcher | UnsupportedPattern>

/**
 * What the compiler and the interpreter lend to operators.
 *
 * @param unsupported told what is wrong with a pattern that cannot be run, at each place that uses it
 */
export function createHost(patterns: Patterns, unsupported: (message: string) => void): Host {
  return {
    regex(pattern, flavour, mode) {
      const key = `${mode}\0${flavour}\0${pattern}`
      let compiled = patterns.get(key)
      if (compiled === undefined) {
        compiled = compilePattern(pattern, flavour, mode)
        patterns.set(key, compiled)
      }
      if (!('unsupported' in compiled)) return compiled
      unsupported(`the pattern ${JSON.stringify(pattern.slice(0, 200))} cannot be run: ${compiled.unsupported}`)
      return null
    },
  }
}
