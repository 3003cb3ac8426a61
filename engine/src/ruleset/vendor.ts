/** The contract that every vendor's folder in the engine fulfils: what its documents mean. */
import type { Diagnostic } from './diagnostic.js'
import type { Dialect } from './dialect.js'
import type { JsonObject, Ruleset } from './types.js'

export interface Vendor<Document, Options extends object = Record<never, never>> {
  /** Lower case, as in the configuration: `flagd`. */
  readonly name: string
  /** Its operators; absent where core suffices. */
  readonly dialect?: Dialect
  /** Context attributes that mean something to the dialect and that no request from the network may bring. */
  readonly reservedAttributes?: readonly string[]
  /** Whether a parsed file looks like this vendor's document. Never throws. */
  recognises(input: unknown): boolean
  /**
   * Checks an untrusted, already parsed document. Never throws. Refuses only what cannot be this vendor's document at all;
   * a malformed flag is kept as such, reported, and spoils only itself.
   */
  decode(input: unknown): Decoded<Document>
  /** Expresses the document as a ruleset without hashes. Pure: equal input gives equal text. Never throws. */
  translate(document: Document, options?: Options): Translation
}

export type Decoded<Document> =
  | { readonly ok: true; readonly document: Document; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

export interface Translation {
  readonly ruleset: Ruleset
  readonly diagnostics: readonly Diagnostic[]
  /** The ruleset came with its hashes and its revision, and keeps them. */
  readonly isSealed?: true
}

/** A vendor whose document type is of no interest to the one who holds it. */
export type AnyVendor = Vendor<unknown, JsonObject>
