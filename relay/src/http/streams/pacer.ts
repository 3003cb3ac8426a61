/** Spreads turns over a time, in small batches, so that those who have their turn do not all act at once. */

export interface Pacer<Member> {
  /** Each of them gets a turn within the time; who waits for one already keeps its place and gets one. */
  spread(members: Iterable<Member>): void
  remove(member: Member): void
  close(): void
}

/** Between two batches, in milliseconds. */
const intervalMs = 25
/** So few are served at once without harm. */
const smallestBatch = 10

/** @param windowMs 0: everybody at once */
export function createPacer<Member>(windowMs: number, turn: (member: Member) => void): Pacer<Member> {
  const waiting = new Set<Member>()
  /** From the monotonic clock: a process that is busy sends larger batches, not later ones. */
  let endMs = 0
  let timer: NodeJS.Timeout | undefined

  const next = (): void => {
    timer = undefined
    const batches = Math.max(1, Math.ceil((endMs - performance.now()) / intervalMs))
    let left = Math.max(smallestBatch, Math.ceil(waiting.size / batches))
    for (const member of waiting) {
      if (left-- === 0) break
      waiting.delete(member)
      turn(member)
    }
    if (waiting.size > 0) timer = setTimeout(next, intervalMs)
  }

  return {
    spread(members) {
      for (const member of members) waiting.add(member)
      endMs = performance.now() + windowMs
      if (timer === undefined) next()
    },
    remove: (member) => waiting.delete(member),
    close() {
      clearTimeout(timer)
      waiting.clear()
    },
  }
}
