/** Flagsmith: what its environment documents mean. */
import type { Vendor } from '../../ruleset/vendor.js'
import { decodeDocument, isEnvironmentDocument } from './decode.js'
import { flagsmithDialect } from './dialect.js'
import type { FlagsmithDocument } from './document.js'
import { identityKeyAttribute } from './traits.js'
import { type FlagsmithTranslationOptions, translateDocument } from './translate.js'

export { decodeEvaluationContext } from './decode-context.js'
export type * from './document.js'
export { identityKeyAttribute } from './traits.js'
export type { FlagsmithTranslationOptions } from './translate.js'

export const flagsmith: Vendor<FlagsmithDocument, FlagsmithTranslationOptions> = {
  name: 'flagsmith',
  dialect: flagsmithDialect,
  reservedAttributes: [identityKeyAttribute],
  recognises: isEnvironmentDocument,
  decode: decodeDocument,
  translate: translateDocument,
}
