/** @returns the candidate that a mistyped name most likely means, undefined when none is near */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const most = Math.min(3, Math.ceil(name.length / 3))
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance }
  }
  return best?.candidate
}

/** How many characters must be inserted, removed or replaced. */
function editDistance(a: string, b: string): number {
  const others = Array.from(b)
  let row = [0, ...others.map((_, index) => index + 1)]
  for (const [i, character] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, other] of others.entries()) {
      const replaced = (row[j] ?? 0) + (character === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[others.length] ?? 0
}
