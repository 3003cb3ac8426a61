/**
 * Remembers, roughly and in a fixed space, what was seen lately: so that what comes only once is given no place where it would
 * push out what comes again. Nothing is allocated, and nothing lives on for the garbage collector to carry about.
 */
export interface Doorkeeper {
  /** Whether this hash was seen lately; it is from then on. Now and then wrong, in either way. */
  wasSeen(hash: number): boolean
}

const places = 16_384

export function createDoorkeeper(): Doorkeeper {
  const seen = new Int32Array(places)
  return {
    wasSeen(hash) {
      const signed = hash | 0
      const place = signed & (places - 1)
      if (seen[place] === signed) return true
      seen[place] = signed
      return false
    },
  }
}

/** FNV-1a over bytes: quick, and good enough to tell bodies apart that are told apart again afterwards. */
export function hashBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < bytes.length; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return hash
}

/** The same over the characters of a text that is ASCII. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
