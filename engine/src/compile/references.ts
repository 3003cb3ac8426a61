/** What one flag or segment looks at, and which other parts it reaches: collected while its expressions are compiled. */
import type { Reads } from '../ruleset/dialect.js'

export interface References {
  readonly attributes: Set<string>
  key: boolean
  whole: boolean
  clock: boolean
  random: boolean
  readonly segments: Set<string>
  readonly flags: Set<string>
  readonly lists: Set<string>
}

export function noReferences(): References {
  return {
    attributes: new Set(),
    key: false,
    whole: false,
    clock: false,
    random: false,
    segments: new Set(),
    flags: new Set(),
    lists: new Set(),
  }
}

export function addReads(into: References, reads: Partial<Reads>): void {
  for (const name of reads.attributes ?? []) into.attributes.add(name)
  into.key ||= reads.key === true
  into.whole ||= reads.whole === true
  into.clock ||= reads.clock === true
  into.random ||= reads.random === true
}

export function toReads(references: References): Reads {
  const { attributes, key, whole, clock, random } = references
  return { attributes: [...attributes].sort(), key, whole, clock, random }
}
