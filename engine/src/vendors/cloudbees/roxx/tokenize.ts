/** A Roxx expression as words, in one pass. */

export type Token =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'word'; readonly value: string }
  | { readonly kind: 'bracket'; readonly value: '[' | ']' | '{' | '}' }

/** Parentheses, commas and colons separate words and mean nothing else: `and true true` is `and(true, true)`. */
const separators: ReadonlySet<string> = new Set(' \t\r\n(),:')

/** Cuts an expression into words. Any text can be cut; an open text at the end goes as far as the expression. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < expression.length;) {
    const character = expression.charAt(at)
    if (separators.has(character)) {
      at += 1
    } else if (isBracket(character)) {
      tokens.push({ kind: 'bracket', value: character })
      at += 1
    } else if (character === '"') {
      const end = endOfText(expression, at + 1)
      tokens.push({ kind: 'text', value: expression.slice(at + 1, end) })
      at = end + 1
    } else {
      const end = endOfWord(expression, at)
      tokens.push({ kind: 'word', value: expression.slice(at, end) })
      at = end
    }
  }
  return tokens
}

function isBracket(character: string): character is '[' | ']' | '{' | '}' {
  return character === '[' || character === ']' || character === '{' || character === '}'
}

/** The next quote without a backslash before it. Backslashes stay in the text and escape nothing else, not even themselves. */
function endOfText(expression: string, start: number): number {
  let end = expression.indexOf('"', start)
  while (end > start && expression.charAt(end - 1) === '\\') end = expression.indexOf('"', end + 1)
  return end < 0 ? expression.length : end
}

function endOfWord(expression: string, start: number): number {
  let end = start
  while (end < expression.length && !endsWord(expression.charAt(end))) end += 1
  return end
}

function endsWord(character: string): boolean {
  return separators.has(character) || isBracket(character) || character === '"'
}
