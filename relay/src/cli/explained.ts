/** What `switchyard explain` asks, of whom, and what it gets. */
import type { AnyVendor, Explanation, JsonObject } from '@switchyard/engine'

/** A running relay. */
export interface RelayAddress {
  readonly url: string
  /** Undefined: the only one it has. */
  readonly environment: string | undefined
}

export interface DocumentFile {
  readonly file: string
  /** Undefined: recognised from the document. */
  readonly vendor: AnyVendor | undefined
}

export interface ExplainQuestion {
  /** Null: all of them. */
  readonly flagKeys: readonly string[] | null
  readonly context: JsonObject
  /** Epoch milliseconds; null: now. */
  readonly nowMs: number | null
  readonly isRedacted: boolean
}

export interface Explained {
  readonly ok: true
  /** What was asked: a file, an environment. */
  readonly title: string
  readonly answer: { readonly revision: string; readonly explanations: readonly Explanation[] }
}

export type Explaining = Explained | { readonly ok: false; readonly code: number; readonly message: string }
