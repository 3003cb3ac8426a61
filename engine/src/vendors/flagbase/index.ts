/** Flagbase in the engine: what the documents of its poller mean. */
import type { Vendor } from '../../ruleset/vendor.js'
import { decode, isRawRuleset } from './decode.js'
import { dialect } from './dialect.js'
import type { FlagbaseDocument } from './document.js'
import { type FlagbaseOptions, translate } from './translate.js'

export { findReorderings } from './reorderings.js'
export type { FlagbaseDocument, FlagbaseOptions }

export const flagbase: Vendor<FlagbaseDocument, FlagbaseOptions> = {
  name: 'flagbase',
  dialect,
  recognises: isRawRuleset,
  decode,
  translate,
}
