/** Whom flags are for. */
import { isObject } from '../ofrep/index.js'

export interface Subject {
  readonly context: object
  /** The whole context as text: equal for equal contexts, whatever the order of their members. */
  readonly key: string
  /** Equal for contexts with one targeting key. A context without one is a user of its own. */
  readonly user: string
}

/** What cannot be written as JSON cannot be sent either, so there are no flags for it: all such contexts are one. */
export function subjectOf(context: { readonly targetingKey?: string }): Subject {
  try {
    const key = canonical(context)
    // A list is never the text of a context.
    return { context, key, user: context.targetingKey ? JSON.stringify([context.targetingKey]) : key }
  } catch {
    return { context, key: '', user: '' }
  }
}

/** JSON with the members of every object in one order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  )
}

/**
 * Stands for a text that is not to be kept itself: its code points as a polynomial modulo a prime of 127 bits. No protection from
 * who guesses the text, nor from who looks for two texts with one fingerprint: both could read what is kept anyway.
 */
export function fingerprint(text: string): string {
  let hash = 1n
  for (const character of text)
    hash = (hash * 31n ** 20n + BigInt(character.codePointAt(0) as number)) % (2n ** 127n - 1n)
  return hash.toString(36)
}
