/** Whom flags are for. */

export interface Subject {
  readonly context: object
  /** The whole context as text: equal for equal contexts, whatever the order of their members. */
  readonly key: string
  /** Equal for contexts of one user. A context that names no user is a user of its own. */
  readonly user: string
}

/** Names the user that a context is about; undefined or empty where it is about nobody in particular. */
export type UserOf = (context: { readonly targetingKey?: string }) => string | undefined

/** What cannot be written as JSON, and so not be sent either, is the same as nothing else. */
export function subjectOf(context: object, userOf: UserOf): Subject {
  try {
    const key = canonical(context)
    const user = userOf(context)
    // A list is never the text of a context.
    return { context, key, user: user ? JSON.stringify([user]) : key }
  } catch {
    const key = String(Math.random())
    return { context, key, user: key }
  }
}

/** JSON with the members of every object in one order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}

/**
 * Stands for a text that is not to be kept: 128 bits, computed at once. Not for secrets from who can guess, nor against who wants
 * two texts with the same one: both could read what is kept anyway.
 */
export function fingerprint(text: string): string {
  return [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]
    .map((multiplier) => {
      let hash = text.length
      for (let i = 0; i < text.length; i += 1) {
        hash = Math.imul(hash ^ text.charCodeAt(i), multiplier)
        hash ^= hash >>> 15
      }
      return (hash >>> 0).toString(36)
    })
    .join('-')
}
