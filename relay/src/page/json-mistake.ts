/**
 * Where text stops being JSON, and what belongs there. `JSON.parse` tells the place of some mistakes and not of others, by engine, so
 * the page looks for itself once a text has been refused.
 */

export interface JsonMistake {
  /** Index of the first character that is wrong; the length of the text where something is missing at its end. */
  readonly position: number
  /** Goes on after "look at line 1, column 2, where". */
  readonly what: string
}

interface State {
  readonly expected: 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'rest'
  /** Braces and brackets that are open, the innermost last. */
  readonly open: string
}

const text = String.raw`"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*`
const token = new RegExp(
  String.raw`[{}[\]:,]|${text}"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null`,
  'uy',
)
const unclosedText = new RegExp(text, 'uy')
const blanks = /[ \t\n\r]*/y

/** @returns null for JSON */
export function findJsonMistake(source: string): JsonMistake | null {
  let state: State = { expected: 'value', open: '' }
  let position = lengthOf(blanks, source, 0)
  while (position < source.length) {
    const length = lengthOf(token, source, position)
    const next = step(state, source.slice(position, position + length))
    if (next === null) return mistakeAt(source, position, state)
    state = next
    position += length
    position += lengthOf(blanks, source, position)
  }
  const isComplete = state.expected === 'rest' && state.open === ''
  return isComplete ? null : { position, what: whatBelongs(state) }
}

/** Of what a sticky pattern finds there; 0 where it finds nothing. */
function lengthOf(pattern: RegExp, source: string, position: number): number {
  pattern.lastIndex = position
  return pattern.exec(source)?.[0].length ?? 0
}

/** What is expected after this token; null where it cannot stand. */
function step({ expected, open }: State, found: string): State | null {
  const inner = open.at(-1)
  const isText = found.startsWith('"')
  switch (expected) {
    case 'first value':
    case 'value':
      if (found === ']' && expected === 'first value') return { expected: 'rest', open: open.slice(0, -1) }
      if (found === '{') return { expected: 'first name', open: `${open}{` }
      if (found === '[') return { expected: 'first value', open: `${open}[` }
      return found === '' || '}]:,'.includes(found) ? null : { expected: 'rest', open }
    case 'first name':
    case 'name':
      if (found === '}' && expected === 'first name') return { expected: 'rest', open: open.slice(0, -1) }
      return isText ? { expected: 'colon', open } : null
    case 'colon':
      return found === ':' ? { expected: 'value', open } : null
    case 'rest':
      if (found === ',' && inner !== undefined) return { expected: inner === '{' ? 'name' : 'value', open }
      return found !== '' && found === closing(inner) ? { expected: 'rest', open: open.slice(0, -1) } : null
  }
}

function closing(opening: string | undefined): string {
  if (opening === undefined) return ''
  return opening === '{' ? '}' : ']'
}

function whatBelongs({ expected, open }: State): string {
  const inner = open.at(-1)
  switch (expected) {
    case 'first value':
      return 'a value belongs, or the closing ]'
    case 'value':
      return 'a value belongs: a text in double quotes, a number, true, false, null, or more in { } or [ ]'
    case 'first name':
      return 'a name in double quotes belongs, or the closing }'
    case 'name':
      return 'a name in double quotes belongs'
    case 'colon':
      return 'a colon belongs, between a name and its value'
    case 'rest':
      return inner === undefined
        ? 'the context has ended and more follows'
        : `a comma or the closing ${closing(inner)} belongs`
  }
}

/** In words that fit what people often type there. */
function mistakeAt(source: string, position: number, state: State): JsonMistake {
  const rest = source.slice(position)
  const isAfterComma = state.expected === 'name' || (state.expected === 'value' && state.open.endsWith('['))
  const isNumber =
    state.expected === 'value' || state.expected === 'first value' || /\d$/.test(source.slice(0, position))
  const isTextWelcome = state.expected !== 'colon' && state.expected !== 'rest'
  if (isTextWelcome && rest.startsWith('"') && lengthOf(token, source, position) === 0) {
    return mistakeInText(source, position)
  }
  if (/^['`‘’‚“”„«»]/.test(rest)) return { position, what: 'a quote is not the plain double one (")' }
  if (/^(\/[/*]|#)/.test(rest)) return { position, what: 'a comment begins, which JSON does not have' }
  if (isAfterComma && /^[}\]]/.test(rest))
    return { position, what: 'a comma too many stands before the closing ' + rest[0] }
  if (isNumber && /^[-+.\d]/.test(rest)) return { position, what: 'a number is not written like 12, -0.5 or 1e3' }
  return { position, what: whatBelongs(state) }
}

function mistakeInText(source: string, start: number): JsonMistake {
  const position = start + lengthOf(unclosedText, source, start)
  const next = source[position]
  if (next === '\\') return { position, what: String.raw`a backslash stands alone: write \\ for one` }
  if (next === undefined || next === '\n' || next === '\r')
    return { position: start, what: 'a text begins that has no closing "' }
  return { position, what: String.raw`a text has an invisible character: write \t for a tab, or \u and four digits` }
}
