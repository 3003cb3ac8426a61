/** The last ruleset in a file: what a process that starts without its relay begins with. */
import type { SealedRuleset } from '@switchyard/engine'
import type { Logger } from '@openfeature/server-sdk'

export interface SnapshotFileOptions {
  readonly path: string
  /** What the ruleset belongs to: the relay's address and all headers, the key among them. Another owner's is never used. */
  readonly owner: unknown
  /** Told why the file is not used, or cannot be written; never what is in it. */
  readonly logger: Logger
}

/** What was kept. */
export interface KeptRuleset {
  readonly ruleset: SealedRuleset
  /** ISO 8601. */
  readonly writtenAt: string
}

export interface SnapshotFile {
  /** What was kept for this owner; null where there is nothing that can be used. Never rejects. */
  read(): Promise<KeptRuleset | null>
  /** Keeps that one; soon, not at once, and only the last of several. Never throws. */
  keep(ruleset: SealedRuleset): void
  /** Resolves once everything is written. Never rejects. */
  close(): Promise<void>
}

/** @throws TypeError on a runtime without Node's file system */
export type OpenSnapshotFile = (options: SnapshotFileOptions) => SnapshotFile
