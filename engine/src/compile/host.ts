import type { DiagnosticSink } from '../ruleset/diagnostic.js'
import type { Host, Matcher } from '../ruleset/dialect.js'
import { compilePattern } from './regex.js'

/** What the compiler and the interpreter lend to operators; a pattern that cannot be run is reported once. */
export function createHost(sink: DiagnosticSink): Host {
  const compiled = new Map<string, Matcher | null>()
  return {
    regex(pattern, flavour, mode) {
      const key = `${mode}\0${flavour}\0${pattern}`
      const known = compiled.get(key)
      if (known !== undefined) return known
      const result = compilePattern(pattern, flavour, mode)
      const matcher = 'unsupported' in result ? null : result
      if ('unsupported' in result) {
        sink.warning(
          'UNSUPPORTED_PATTERN',
          [],
          `the pattern ${JSON.stringify(pattern.slice(0, 200))} cannot be run: ${result.unsupported}`,
        )
      }
      compiled.set(key, matcher)
      return matcher
    },
  }
}
