import { hash } from 'node:crypto'
import type { Served } from '../../environments/environment.js'

const tags = new WeakMap<Served, string>()

/**
 * What stands for a revision where client keys can see it, the same in every replica: 16 hex digits. It says when the
 * configuration is another one, and unlike the revision nothing of what is in it.
 */
export function configurationTag(served: Served): string {
  let tag = tags.get(served)
  if (tag === undefined) {
    tag = tagOfRevision(served.revision)
    tags.set(served, tag)
  }
  return tag
}

/** The same for a revision that is not served here, or not yet. */
export function tagOfRevision(revision: string): string {
  return hash('sha256', `configuration\n${revision}`).slice(0, 16)
}
