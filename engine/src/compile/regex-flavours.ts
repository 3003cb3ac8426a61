/** How each vendor's regex language is read into RE2's. */
import { RE2JS } from 're2js'

export interface ReadPattern {
  readonly source: string
  /** RE2JS flag bits. */
  readonly flags: number
}

/** Translates a pattern, or says what in it cannot be said in RE2. */
export function readPattern(pattern: string, flavour: string): ReadPattern | { readonly unsupported: string } {
  const [language, options = ''] = flavour.split(':', 2) as [string, string?]
  switch (language) {
    case 're2':
    case 'python':
    case 'dotnet':
    case 'ecma':
    case 'cloudbees':
      return { source: pattern, flags: flagsOf(options) }
    default:
      return { unsupported: `the regex flavour "${flavour}" is not known` }
  }
}

function flagsOf(options: string): number {
  let flags = 0
  if (options.includes('i')) flags |= RE2JS.CASE_INSENSITIVE
  if (options.includes('m')) flags |= RE2JS.MULTILINE
  if (options.includes('s')) flags |= RE2JS.DOTALL
  return flags
}
