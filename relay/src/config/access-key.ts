/** Keys of applications as the relay keeps them: by digest, so that whoever reads its memory learns none (ADR 0027). */
import { hash, timingSafeEqual } from 'node:crypto'

export interface AccessKey {
  /** See {@link keyDigest}. */
  readonly digest: string
  /** As it may be shown: the last four characters behind dots; dots only where the key is too short to show any. */
  readonly masked: string
  /** From then on it opens nothing, epoch milliseconds; null: it opens until it is taken out. */
  readonly validUntilMs: number | null
}

/** Shorter keys would be told by four characters. */
const shortestKeyShown = 16

/** What is kept of a key. */
export function accessKey(key: string, validUntilMs: number | null = null): AccessKey {
  const masked = key.length < shortestKeyShown ? '....' : `....${key.slice(-4)}`
  return { digest: keyDigest(key), masked, validUntilMs }
}

/**
 * SHA-256 of the key, the same in every process and every replica: keys are found by it, and the addresses of event streams are
 * signed with it. How long a look-up takes may tell of the digest, and a digest tells nothing of a key that nobody can guess.
 */
export function keyDigest(key: string): string {
  return hash('sha256', `switchyard key\n${key}`, 'base64')
}

/** Whether a digest is that of a text, in constant time. */
export function isDigestOf(digest: string, text: string): boolean {
  return timingSafeEqual(Buffer.from(digest), Buffer.from(keyDigest(text)))
}
