/** The contract that every upstream fulfils: how a vendor's documents reach us. */
import type { Diagnostic } from '@switchyard/engine'
import type { RelayError } from '../relay-error.js'

/**
 * Delivers documents until it is told to stop. It owns deadlines, validators, retries, backoff and limits; what a document
 * means is none of its business.
 */
export interface Source {
  /** Where it reads from, without credentials: for logs and `/status`. */
  readonly description: string
  /**
   * Runs until `signal` aborts; resolves then, with every socket, watcher and timer closed. Never rejects because of what
   * the upstream does.
   */
  run(sink: SourceSink, signal: AbortSignal): Promise<void>
}

/** What a source tells. Calls are synchronous and never throw; a late one after the abort is ignored. */
export interface SourceSink {
  /** A complete document, parsed but not decoded. The only thing that can replace data. */
  document(document: unknown, about: DocumentOrigin): void
  /** The upstream was asked and nothing changed (304, same bytes): as good as fresh data. */
  unchanged(): void
  /** One attempt failed; the source goes on by itself. */
  failed(error: RelayError): void
}

export interface DocumentOrigin {
  /** The upstream's own version or validator, where it has one. */
  readonly version?: string
  /** When the upstream changed it, epoch milliseconds, where that is known: start of the propagation delay. */
  readonly changedAtMs?: number
  /** What parsing the text found, such as keys that appear twice. */
  readonly diagnostics?: readonly Diagnostic[]
  /** Why the upstream itself is not sure of it: it is served, and marked as stale. */
  readonly doubt?: RelayError
}
