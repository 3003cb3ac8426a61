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
  const batches = Math.ceil(windowMs / intervalMs) || 1
  let batchesLeft = batches
  let timer: NodeJS.Timeout | undefined

  const next = (): void => {
    timer = undefined
    let left = Math.max(smallestBatch, Math.ceil(waiting.size / batchesLeft))
    batchesLeft = Math.max(1, batchesLeft - 1)
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
      batchesLeft = batches
      if (timer === undefined) next()
    },
    remove: (member) => waiting.delete(member),
    close() {
      clearTimeout(timer)
      waiting.clear()
    },
  }
}
