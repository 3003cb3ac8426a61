/** The way of one document into service: decode, translate, seal, compile. The same for the relay and the command line. */
import {
  seal,
  vendors,
  type AnyVendor,
  type Diagnostic,
  type JsonObject,
  type Ruleset,
  type SealedRuleset,
  type Snapshot,
  type Translation,
} from '@switchyard/engine'
import { compileRevision, type CompiledRevision } from './compile-revision.js'

export interface IngestOptions {
  /** Absent: recognised from the document. */
  readonly vendor?: AnyVendor
  /** Passed on to the vendor's translation. */
  readonly vendorOptions?: JsonObject
  /** Names the flag set in the metadata of answers, where the document does not (ADR 0009). */
  readonly flagSetId?: string
  /** What is served now: unchanged flags are taken over from it. */
  readonly previous?: Snapshot
}

export type Ingestion =
  | (CompiledRevision & { readonly ok: true; readonly vendor: AnyVendor })
  | {
      readonly ok: false
      /** Why the document as a whole cannot be used. */
      readonly message: string
      readonly diagnostics: readonly Diagnostic[]
      /** What was thrown: a mistake of ours, never the document's. */
      readonly cause?: unknown
    }

/**
 * Compiles a parsed document. Never throws: a document that cannot be used, for whatever reason, is a result.
 *
 * Where the content equals what is served (the same revision), `previous` itself comes back.
 */
export function ingest(document: unknown, options: IngestOptions): Ingestion {
  try {
    const vendor = options.vendor ?? recognise(document)
    if (typeof vendor === 'string') return refuse(vendor, [])
    const decoded = vendor.decode(document)
    if (!decoded.ok) return refuse(summary(vendor, decoded.diagnostics), decoded.diagnostics)
    const translation = vendor.translate(decoded.document, options.vendorOptions)
    const ruleset = sealed(translation, options.flagSetId)
    const found = [...decoded.diagnostics, ...translation.diagnostics]
    const compiled = compileRevision(ruleset, options.previous)
    return { ok: true, vendor, ...compiled, diagnostics: [...found, ...compiled.diagnostics] }
  } catch (cause) {
    return { ...refuse('the document cannot be used because of a mistake in Switchyard: please report it', []), cause }
  }
}

function sealed({ ruleset, isSealed }: Translation, flagSetId: string | undefined): SealedRuleset {
  return isSealed === true ? (ruleset as SealedRuleset) : seal(named(ruleset, flagSetId))
}

/** A flag set that its document names keeps that name. */
function named(ruleset: Ruleset, flagSetId: string | undefined): Ruleset {
  return flagSetId === undefined ? ruleset : { ...ruleset, metadata: { flagSetId, ...ruleset.metadata } }
}

/** The one vendor whose document this is, or why there is none. */
function recognise(document: unknown): AnyVendor | string {
  const found = [...vendors.values()].filter((vendor) => vendor.recognises(document))
  const [first, second] = found
  if (first === undefined)
    return `this is no document of a vendor that Switchyard knows (${[...vendors.keys()].join(', ')})`
  if (second === undefined) return first
  return `this may be a document of ${found.map(({ name }) => name).join(' or ')}: say which by naming the vendor`
}

function refuse(message: string, diagnostics: readonly Diagnostic[]): Ingestion & { readonly ok: false } {
  return { ok: false, message, diagnostics }
}

function summary(vendor: AnyVendor, diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const [first] = errors
  if (first === undefined) return `this is no ${vendor.name} document`
  const where = first.path.length === 0 ? '' : `${first.path.join('.')}: `
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  return `this is no ${vendor.name} document: ${where}${first.message}${more}`
}
