/** flagd: flag definition documents with JSONLogic targeting; also the format of local flag files. */
import type { Vendor } from '../../ruleset/vendor.js'
import { decode, recognises } from './decode.js'
import { dialect } from './dialect.js'
import type { FlagdDocument, FlagdOptions } from './document.js'
import { translate } from './translate.js'

export const flagd: Vendor<FlagdDocument, FlagdOptions> = {
  name: 'flagd',
  dialect,
  reservedAttributes: ['$flagd'],
  recognises,
  decode,
  translate,
}
