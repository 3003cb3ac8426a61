/** What the server rendered into the page. */
import { readFlags, type Members } from '../ofrep/index.js'
import type { Bootstrap } from './options.js'
import type { HeldFlags } from './persistence.js'
import { subjectOf, type Subject } from './subject.js'

/** The rendered flags where they are for this user, else null: a page may come from a cache that others fill, too. */
export function renderedFlags(bootstrap: Bootstrap | undefined, subject: Subject): HeldFlags | null {
  const set = readFlags(bootstrap?.answer as Members | undefined)
  const { user, key } = subjectOf(bootstrap?.context ?? {})
  return set && user === subject.user ? { ...set, user, key, etag: null, isCached: key !== subject.key } : null
}
