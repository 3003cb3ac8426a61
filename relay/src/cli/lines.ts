/** Splits standard input into lines of text. */
import { isUtf8 } from 'node:buffer'

export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its line break; null where the bytes are not UTF-8. */
  readonly text: string | null
}

const lineFeed = 0x0a

/**
 * Yields the lines in the order in which they come, as many at a time as a chunk of input completes. Only a line feed ends a
 * line, because JSON text may contain every other separator. A last line needs no line feed; where it is blank, it is none.
 */
export async function* readLines(input: AsyncIterable<string | Uint8Array>): AsyncGenerator<readonly Line[]> {
  let number = 0
  let pending: Buffer[] = []
  /** Held back: only what follows tells whether it was the last line. */
  let blank: Line | null = null

  const take = (bytes: Buffer): Line[] => {
    number += 1
    const line = { number, text: isUtf8(bytes) ? withoutMark(bytes.toString(), number) : null }
    const ready = blank === null ? [] : [blank]
    blank = line.text?.trim() === '' ? line : null
    return blank === null ? [...ready, line] : ready
  }

  for await (const part of input) {
    const chunk = Buffer.from(part)
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      lines.push(...take(Buffer.concat([...pending, chunk.subarray(start, end)])))
      pending = []
      start = end + 1
    }
    if (start < chunk.length) pending.push(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (pending.length > 0) yield take(Buffer.concat(pending))
}

/** A byte order mark in front of everything is no part of the first line. */
function withoutMark(text: string, number: number): string {
  return number === 1 && text.startsWith('\ufeff') ? text.slice(1) : text
}
