/** FeatBit, with the semantics of its evaluation server. */
import type { Vendor } from '../../ruleset/vendor.js'
import { decode } from './decode.js'
import { dialect } from './dialect.js'
import type { FeatBitDocument } from './document.js'
import { looksLikePayload } from './payload.js'
import { type FeatBitOptions, translate } from './translate.js'

export type * from './document.js'
export { decode }
export { mergePatch, type Merged } from './merge.js'
export { documentVersion } from './updated-at.js'
export type { FeatBitOptions }

export const featbit: Vendor<FeatBitDocument, FeatBitOptions> = {
  name: 'featbit',
  dialect,
  recognises: looksLikePayload,
  decode,
  translate,
}
