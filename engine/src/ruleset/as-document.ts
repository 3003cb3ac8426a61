/** A ruleset as the document that it is to a relay whose upstream is another relay: checked, and taken as it is. */
import { isRecord } from './json.js'
import { revisionOf, type SealedRuleset } from './seal.js'
import type { Ruleset } from './types.js'
import type { Decoded, Vendor } from './vendor.js'

/**
 * Whether what was received is a whole ruleset of format 1 whose parts are those of its revision. What its parts hold is the
 * compiler's to judge; their hashes are carried and not computed again (rule H1), as parts may lack what only the sender needs.
 */
export function isSealedRuleset(input: unknown): input is SealedRuleset {
  return problemOf(input) === null
}

/**
 * Reads rulesets that somebody else translated and sealed. In no registry: its documents are recognised by nobody and come from
 * relays alone.
 */
export const rulesetAsDocument: Vendor<SealedRuleset> = {
  name: 'switchyard',
  recognises: isSealedRuleset,
  decode(input): Decoded<SealedRuleset> {
    const message = problemOf(input)
    if (message === null) return { ok: true, document: input as SealedRuleset, diagnostics: [] }
    return { ok: false, diagnostics: [{ severity: 'error', code: 'INVALID_DOCUMENT', path: [], message }] }
  },
  translate: (ruleset) => ({ ruleset, diagnostics: [], isSealed: true }),
}

/** null: nothing is wrong. */
function problemOf(input: unknown): string | null {
  if (!isRecord(input) || !('ruleset' in input)) return 'it is no ruleset'
  const { ruleset, dialects, flags, segments, lists, targets, revision, hash } = input
  if (ruleset !== 1)
    return `its format is ${JSON.stringify(ruleset)}, and only format 1 is read here: upgrade this relay`
  if (!Array.isArray(dialects) || !isRecord(flags)) return 'it has no dialects or no flags'
  if (![segments, lists, targets].every((parts) => parts === undefined || isRecord(parts)))
    return 'its segments, lists or targets are not by name'
  if (typeof revision !== 'string' || typeof hash !== 'string') return 'it carries no revision'
  return revisionOf(input as unknown as Ruleset) === revision ? null : 'its parts are not those of its revision'
}
