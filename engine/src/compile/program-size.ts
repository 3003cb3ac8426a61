/** What a pattern in RE2's syntax is made of: quoted text, classes, escapes, groups, repetitions, single characters. */
const parts =
  /\\Q[^]*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\[pP]?[^]|\[\^?\]?(?:\[:\^?\w+:\]|\\[^]|[^\]\\])*\]|\((?:\?[^):]*:)?|\)|\{\d+(?:,\d*)?\}|[^]/gu

/**
 * How many instructions a pattern becomes, roughly: repetitions with a number are written out, those inside others again and
 * again.
 */
export function programSizeOf(source: string): number {
  /** Of the groups that are open, the pattern itself first. */
  const groups = [0]
  let last = 0
  const add = (size: number): void => {
    last = size
    groups.push((groups.pop() ?? 0) + size)
  }
  for (const [part] of source.matchAll(parts)) {
    const repetition = /^\{(\d+)(?:,(\d*))?\}$/.exec(part)
    if (repetition !== null) {
      const times = Math.max(Number(repetition[1]), Number(repetition[2] ?? 0), 1)
      const size = last
      add(size * (times - 1))
      last = size * times
    } else if (part.startsWith('(')) {
      groups.push(0)
    } else if (part === ')' && groups.length > 1) {
      add((groups.pop() ?? 0) + 2)
    } else {
      add(1)
    }
  }
  return groups.reduce((sum, size) => sum + size, 0)
}
