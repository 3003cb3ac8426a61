/** CloudBees Feature Management, formerly Rollout: documents of experiments whose conditions are written in Roxx. */
import type { Vendor } from '../../ruleset/vendor.js'
import { decode, recognises } from './decode.js'
import { dialect } from './dialect.js'
import type { CloudBeesDocument, CloudBeesOptions } from './document.js'
import { translate } from './translate.js'

export type * from './document.js'

export const cloudbees: Vendor<CloudBeesDocument, CloudBeesOptions> = {
  name: 'cloudbees',
  dialect,
  recognises,
  decode,
  translate,
}
