/** The hand-made cases: one file for each construct of a vendor, with the text that explains its answer beside it. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  compile,
  explain,
  normalizeContext,
  vendors,
  type AnyVendor,
  type EvaluationEnvironment,
  type Explanation,
  type JsonObject,
  type Snapshot,
} from '@switchyard/engine'

const folder = fileURLToPath(new URL('cases/', import.meta.url))

export interface Case {
  readonly name: string
  readonly vendor: AnyVendor
  readonly title: string
  readonly flag: string
  readonly context: JsonObject
  /** RFC 3339; cases that do not read the clock have none. */
  readonly now?: string
  readonly document: unknown
  /** Path of the text. */
  readonly golden: string
}

/** Vendors for which there are cases. */
export const casedVendors: readonly string[] = readdirSync(folder).toSorted()

export function casesOf(vendorName: string): readonly Case[] {
  const vendor = vendors.get(vendorName)
  if (vendor === undefined) throw new Error(`there is no vendor ${vendorName}`)
  const names = readdirSync(`${folder}${vendorName}`).filter((name) => name.endsWith('.json'))
  return names.toSorted().map((file) => {
    const path = `${folder}${vendorName}/${file}`
    const content = JSON.parse(readFileSync(path, 'utf8')) as Omit<Case, 'name' | 'vendor' | 'golden'>
    return { ...content, name: file.replace('.json', ''), vendor, golden: path.replace('.json', '.txt') }
  })
}

/** The environment of an evaluation in that case. */
export function environmentOf({ now }: Case): EvaluationEnvironment {
  return { nowMs: now === undefined ? 0 : Date.parse(now), random: () => 0 }
}

export function snapshotOf({ vendor, document }: Case): Snapshot {
  const decoded = vendor.decode(document)
  if (!decoded.ok) throw new Error(`the document is refused: ${JSON.stringify(decoded.diagnostics)}`)
  return compile(vendor.translate(decoded.document).ruleset).snapshot
}

export function explanationOf(given: Case): Explanation {
  const explanation = explain(snapshotOf(given), given.flag, normalizeContext(given.context), environmentOf(given))
  if (explanation === null) throw new Error(`there is no flag ${given.flag}`)
  return explanation
}
