/** The way of a kept snapshot back into service: check, compile. */
import {
  isSealedRuleset,
  rulesetAsDocument,
  seal,
  vendors,
  type AnyVendor,
  type Ruleset,
  type Snapshot,
} from '@switchyard/engine'
import type { StoredSnapshot } from '../store/snapshot-store.js'
import { compileRevision, type CompiledRevision } from './compile-revision.js'

export type Revival =
  | (CompiledRevision & {
      readonly ok: true
      /** Absent for a vendor that this engine does not know. */
      readonly vendor?: AnyVendor
    })
  | {
      readonly ok: false
      /** Why it cannot be used; completes "the snapshot cannot be used: ". */
      readonly message: string
      /** What was thrown: a mistake of ours. */
      readonly cause?: unknown
    }

/**
 * Compiles what a store kept, or another replica sent. Never throws: what is not whole is a result. A revision that does not follow
 * from the content is refused, and so is a format that this engine does not know.
 *
 * @param previous what is served now: unchanged flags are taken over from it
 */
export function revive({ ruleset, revision, documentVendor }: StoredSnapshot, previous?: Snapshot): Revival {
  try {
    if (!isRuleset(ruleset)) return refuse('it holds no ruleset of format 1')
    // A hub's ruleset lacks what its hashes were made of, so only they can be checked.
    const sealed = documentVendor === rulesetAsDocument.name && isSealedRuleset(ruleset) ? ruleset : seal(ruleset)
    if (sealed.revision !== revision) return refuse('its content is not that of its revision')
    const vendor = vendors.get(documentVendor)
    return { ok: true, ...(vendor === undefined ? {} : { vendor }), ...compileRevision(sealed, previous) }
  } catch (cause) {
    return { ...refuse('of a mistake in Switchyard: please report it'), cause }
  }
}

function isRuleset(value: unknown): value is Ruleset {
  if (!isObject(value) || value['ruleset'] !== 1) return false
  return Array.isArray(value['dialects']) && isObject(value['flags'])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(message: string): Revival & { readonly ok: false } {
  return { ok: false, message }
}
