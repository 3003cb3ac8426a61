/**
 * How each vendor's regex language is read into RE2's: escapes that mean something else there are spelled out, what RE2
 * cannot say is refused. Known to differ: `\b` and `\B` look at ASCII letters only, and `\W`, `\S` inside a class too.
 */
import { RE2JS } from 're2js'
import type { RegexMode } from '../ruleset/dialect.js'

export interface ReadPattern {
  /** In RE2's syntax. */
  readonly source: string
  /** RE2JS flag bits. */
  readonly flags: number
}

export interface UnsupportedPattern {
  readonly unsupported: string
}

/** One language: what its escapes mean in RE2. */
interface Flavour {
  /** Outside a class, by the character after the backslash. */
  readonly escapes: Readonly<Record<string, string>>
  /** Inside a class. */
  readonly classEscapes: Readonly<Record<string, string>>
  /** `$` outside multi-line mode also matches before a line feed that ends the text. */
  readonly dollarBeforeLastNewline: boolean
  /** `[a-z-[aeiou]]` takes away from a class. */
  readonly classSubtraction: boolean
}

const unicodeSpace = '\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}'
const pythonSpace = `\\t-\\r\\x1c-\\x20\\x{85}\\x{a0}${unicodeSpace}`
const dotnetSpace = `\\t-\\r\\x20\\x{85}\\x{a0}${unicodeSpace}`
const ecmaSpace = `\\t-\\r\\x20\\x{a0}\\x{feff}${unicodeSpace}`
const pythonWord = '\\p{L}\\p{N}_'
const dotnetWord = '\\p{L}\\p{Mn}\\p{Nd}\\p{Pc}'
const beforeLastNewline = '(?:\\n?\\z)'

const flavours: ReadonlyMap<string, Flavour> = new Map([
  ['re2', { escapes: {}, classEscapes: {}, dollarBeforeLastNewline: false, classSubtraction: false }],
  [
    'python',
    {
      escapes: { d: '\\p{Nd}', D: '\\P{Nd}', ...inAndOut('w', pythonWord), ...inAndOut('s', pythonSpace), Z: '\\z' },
      classEscapes: { d: '\\p{Nd}', D: '\\P{Nd}', w: pythonWord, s: pythonSpace },
      dollarBeforeLastNewline: true,
      classSubtraction: false,
    },
  ],
  [
    'dotnet',
    {
      escapes: {
        d: '\\p{Nd}',
        D: '\\P{Nd}',
        ...inAndOut('w', dotnetWord),
        ...inAndOut('s', dotnetSpace),
        Z: beforeLastNewline,
        e: '\\x1b',
      },
      classEscapes: { d: '\\p{Nd}', D: '\\P{Nd}', w: dotnetWord, s: dotnetSpace, e: '\\x1b', b: '\\x08' },
      dollarBeforeLastNewline: true,
      classSubtraction: true,
    },
  ],
  [
    'ecma',
    {
      escapes: { ...inAndOut('s', ecmaSpace), 0: '\\x00' },
      classEscapes: { s: ecmaSpace, b: '\\x08', 0: '\\x00' },
      dollarBeforeLastNewline: false,
      classSubtraction: false,
    },
  ],
])

/** The lower-case escape as a class and the upper-case one as its opposite. */
function inAndOut(letter: string, members: string): Record<string, string> {
  return { [letter]: `[${members}]`, [letter.toUpperCase()]: `[^${members}]` }
}

const flagBits: ReadonlyMap<string, number> = new Map([
  ['i', RE2JS.CASE_INSENSITIVE],
  ['m', RE2JS.MULTILINE],
  ['s', RE2JS.DOTALL],
])

/** Whether patterns of that flavour can be read at all; a later version may know more of them (rule V2). */
export function isKnownFlavour(flavour: string): boolean {
  const language = languageOf(flavour)
  return language === 'cloudbees' || flavours.has(language)
}

/** What stands before the options. */
function languageOf(flavour: string): string {
  return flavour.split(':', 1)[0] ?? ''
}

/**
 * Translates a pattern, or says what in it cannot be said in RE2.
 *
 * @param flavour `re2`, `python`, `dotnet`, `ecma`, or `cloudbees:<flags>`: read as ECMAScript, with the flags i, s, m, x (blanks
 *   and comments mean nothing) and n (groups capture nothing, which no test can tell)
 */
export function readPattern(pattern: string, flavour: string, mode: RegexMode): ReadPattern | UnsupportedPattern {
  const language = languageOf(flavour)
  const options = flavour.slice(language.length + 1)
  const known = flavours.get(language === 'cloudbees' ? 'ecma' : language)
  if (known === undefined) return { unsupported: `the regex flavour "${flavour}" is not known` }
  const unknownFlag = options.split('').find((option) => !flagBits.has(option) && option !== 'n' && option !== 'x')
  if (unknownFlag !== undefined) return { unsupported: `the flag "${unknownFlag}" is not supported` }
  const flags = options.split('').reduce((bits, option) => bits | (flagBits.get(option) ?? 0), 0)
  if (language === 're2') return { source: pattern, flags }
  return translate(options.includes('x') ? withoutLayout(pattern) : pattern, known, { flags, mode })
}

/** A pattern without its unescaped blanks and its comments, which start at a `#`; those inside a class are neither. */
function withoutLayout(pattern: string): string {
  return pattern.replace(/(\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]?)|[ \t-\r]+|#[^\n]*/g, '$1')
}

interface Reading {
  readonly flags: number
  readonly mode: RegexMode
}

function translate(pattern: string, flavour: Flavour, { flags, mode }: Reading): ReadPattern | UnsupportedPattern {
  const isMultiline = (flags & RE2JS.MULTILINE) !== 0 || /\(\?[a-z]*m/.test(pattern)
  const dollar = flavour.dollarBeforeLastNewline && !isMultiline && mode !== 'full' ? beforeLastNewline : '$'
  let source = ''
  let inClass = false
  for (let at = 0; at < pattern.length;) {
    const character = pattern.charAt(at)
    if (character === '\\') {
      const escape = readEscape(pattern, at, inClass ? flavour.classEscapes : flavour.escapes)
      source += escape.source
      at += escape.length
      continue
    }
    if (inClass) {
      if (character === '[' && flavour.classSubtraction && pattern.charAt(at - 1) === '-') {
        return { unsupported: 'taking away from a class ("-[") is not supported' }
      }
      inClass = character !== ']'
      source += character === '[' ? '\\[' : character
      at += 1
      continue
    }
    const opening = readOpening(pattern, at)
    if (typeof opening !== 'string') return opening
    inClass = character === '['
    source += character === '$' ? dollar : translatedOpening(opening)
    at += opening.length
  }
  return { source, flags }
}

/** One escape, translated, and how long it was in the pattern. */
function readEscape(
  pattern: string,
  at: number,
  table: Readonly<Record<string, string>>,
): { source: string; length: number } {
  const hex = /^\\u([0-9a-fA-F]{4})|^\\U([0-9a-fA-F]{8})/.exec(pattern.slice(at, at + 10))
  if (hex !== null) return { source: `\\x{${hex[1] ?? hex[2]}}`, length: hex[0].length }
  const letter = pattern.charAt(at + 1)
  const meaning = Object.hasOwn(table, letter) ? table[letter] : undefined
  return { source: meaning ?? `\\${letter}`, length: 2 }
}

/** What opens here: a class with its first members, a group with its kind, or a single character. */
function readOpening(pattern: string, at: number): string | UnsupportedPattern {
  const rest = pattern.slice(at, at + 200)
  const opening = /^\[\^?\]?|^\(\?<?[=!]|^\(\?>|^\(\?P?<\w+>|^\(\?'\w+'|^\(\?P=|^\(\?#|^\(\?[a-zA-Z-]+[:)]?/.exec(
    rest,
  )?.[0]
  if (opening === undefined) return rest.charAt(0)
  if (/^\(\?(?:<?[=!]|>|P=|#)/.test(opening))
    return { unsupported: `"${opening}" (look-around, atomic group, reference) is not supported` }
  const options = /^\(\?([a-zA-Z-]+)[:)]?$/.exec(opening)?.[1] ?? ''
  const unknown = options.split('').find((option) => !'imsuU-'.includes(option))
  return unknown === undefined ? opening : { unsupported: `the inline flag "${unknown}" is not supported` }
}

/** Named groups in RE2's spelling; everything else as it is. `u` is what RE2 does anyway. */
function translatedOpening(opening: string): string {
  const name = /^\(\?P?[<'](\w+)[>']$/.exec(opening)?.[1]
  if (name !== undefined) return `(?P<${name}>`
  return opening.startsWith('(?') ? opening.replace('u', '') : opening
}
