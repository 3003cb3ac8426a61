/** Explanations come as text, and are shown as lines. */
import type { Line } from '@switchyard/engine'

/** Text as the relay indents it, by two blanks, as lines. */
export function linesOf(text: string): readonly Line[] {
  const root: { text: string; below: Line[] } = { text: '', below: [] }
  const open = [root]
  for (const row of text.split('\n').filter((row) => row.trim() !== '')) {
    const depth = Math.floor((row.length - row.trimStart().length) / 2)
    const line = { text: row.trimStart(), below: [] }
    open.length = Math.min(open.length, depth + 1)
    open.at(-1)?.below.push(line)
    open.push(line)
  }
  return root.below
}
