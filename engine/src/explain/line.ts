/** Lines of text that stand below each other, the lesser ones indented. */
export interface Line {
  readonly text: string
  readonly below?: readonly Line[]
}

/** @param depth how far they are indented, in steps of two blanks */
export function linesText(lines: readonly Line[], depth: number): string {
  return lines.map(({ text, below = [] }) => `${'  '.repeat(depth)}${text}\n${linesText(below, depth + 1)}`).join('')
}
