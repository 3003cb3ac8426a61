/**
 * Bulk answers that were given already. The key is the validator of what was asked, which stands for revision, audience, scope,
 * state and context; a new revision simply never asks for the old keys again, and they fall out at the end of the list.
 */
import type { EvaluatedOutcome } from '@switchyard/engine'
import { LRUCache } from 'lru-cache'
import { createDoorkeeper, hashText } from './doorkeeper.js'

export interface CachedAnswer {
  /** For the counters: an answer from the cache is an evaluation too. */
  readonly outcomes: readonly EvaluatedOutcome[]
  readonly body: string
  /** Of the answer itself. */
  readonly validator: string
  /** Epoch milliseconds; from then on a flag that reads the clock may answer otherwise. Infinity where none does. */
  readonly expiresAtMs: number
}

export interface ResponseCache {
  /** The answer, unless it has expired. */
  get(key: string, nowMs: number): CachedAnswer | undefined
  /** Keeps the answer if the same was asked for before: most contexts come once, and are not worth a place. */
  set(key: string, answer: CachedAnswer): void
  /** Counts for the metrics; `hits` and `misses` never fall. */
  readonly statistics: ResponseCacheStatistics
}

export interface ResponseCacheStatistics {
  readonly hits: number
  readonly misses: number
  readonly entries: number
  readonly bytes: number
}

/** What an entry takes besides its body: key, list of outcomes, and the cache's own notes. */
const entryBytes = 300
const outcomeBytes = 8

/** @param maxBytes of all answers together; 0: nothing is kept */
export function createResponseCache(maxBytes: number): ResponseCache {
  if (maxBytes === 0) return noCache
  let [hits, misses] = [0, 0]
  const doorkeeper = createDoorkeeper()
  const answers = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    // One answer must not push out all others.
    maxEntrySize: Math.ceil(maxBytes / 4),
    sizeCalculation: ({ body, outcomes }) => body.length + outcomes.length * outcomeBytes + entryBytes,
  })
  return {
    get(key, nowMs) {
      const answer = answers.get(key)
      if (answer !== undefined && nowMs < answer.expiresAtMs) {
        hits += 1
        return answer
      }
      misses += 1
      return undefined
    },
    set(key, answer) {
      if (doorkeeper.wasSeen(hashText(key))) answers.set(key, answer)
    },
    get statistics() {
      return { hits, misses, entries: answers.size, bytes: answers.calculatedSize }
    },
  }
}

const noCache: ResponseCache = {
  get: () => undefined,
  set: () => undefined,
  statistics: { hits: 0, misses: 0, entries: 0, bytes: 0 },
}
