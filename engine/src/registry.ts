/** All vendors the engine knows: adding one is one line here and one folder in `vendors/`. */
import type { Dialect } from './ruleset/dialect.js'
import type { AnyVendor } from './ruleset/vendor.js'
import { cloudbees } from './vendors/cloudbees/index.js'
import { featbit } from './vendors/featbit/index.js'
import { flagbase } from './vendors/flagbase/index.js'
import { flagd } from './vendors/flagd/index.js'
import { flagsmith } from './vendors/flagsmith/index.js'

const all: readonly AnyVendor[] = [cloudbees, featbit, flagbase, flagd, flagsmith]

/** Vendors by name. */
export const vendors: ReadonlyMap<string, AnyVendor> = new Map(all.map((vendor) => [vendor.name, vendor]))

/** The dialects of all vendors. */
export const dialects: readonly Dialect[] = all.flatMap(({ dialect }) => (dialect === undefined ? [] : [dialect]))
