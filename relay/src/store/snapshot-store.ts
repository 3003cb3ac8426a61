/** The contract that every store of snapshots fulfils: what was served before can be served again, here or by another replica. */
import type { SealedRuleset } from '@switchyard/engine'
import type { PassedOver } from './passed-over.js'

/**
 * Whose snapshots these are, as the configuration says it: never a key, which may be rotated. Two lines that differ in any member
 * have nothing to do with each other.
 */
export interface SnapshotLine {
  /** The configured vendor, or else the type of the upstream. */
  readonly vendor: string
  /** Scheme, host and port of the upstream; for a file its path. */
  readonly upstream: string
  /** The environment's configured name. */
  readonly name: string
}

/**
 * Where a snapshot stands in its line. Of two positions the one with the higher fence is later, and under one fence the one with the
 * higher sequence.
 */
export interface SnapshotPosition {
  /** Token of the lease under which the sequence was counted; 0 where there is no lease. */
  readonly fence: number
  /** From 1. */
  readonly sequence: number
}

/** One revision as it is kept. */
export interface StoredSnapshot extends SnapshotPosition {
  readonly line: SnapshotLine
  /** The vendor's own identifier of the environment, null where its documents have none. */
  readonly vendorEnvironment: string | null
  /** Equals the ruleset's. */
  readonly revision: string
  /** Name of the vendor whose document it was. */
  readonly documentVendor: string
  /** When it was swapped in, epoch milliseconds. */
  readonly servedAtMs: number
  /** When the upstream last confirmed it, epoch milliseconds, as far as the store knows. */
  readonly confirmedAtMs: number
  readonly ruleset: SealedRuleset
  /** Of a snapshot without flags: the upstream has said so for long enough, so it is no accident. */
  readonly isEmptyMeant?: true
  /** The vendor's document as JSON text, where its own programs read it from the relay; absent in what older relays kept. */
  readonly original?: string
}

/** A snapshot in a list. */
export interface SnapshotSummary extends SnapshotPosition {
  /** Names it within its line; see {@link snapshotId}. */
  readonly id: string
  readonly revision: string
  readonly flagCount: number
  readonly servedAtMs: number
}

/** Small facts about a line that change more often than its snapshots. */
export interface LineMarks {
  /** When the upstream last confirmed which revision. */
  readonly confirmed?: { readonly revision: string; readonly atMs: number }
  /** Identifier of the snapshot that somebody has activated: it is served until somebody takes that back. */
  readonly activated?: { readonly id: string; readonly atMs: number }
  /** When somebody last decided which one serves, epoch milliseconds. */
  readonly decidedAtMs?: number
}

/** What somebody decided about a line, for every replica. */
export interface Decision {
  /** Is served until somebody decides otherwise; null: the upstream decides. */
  readonly snapshot: StoredSnapshot | null
  /** Epoch milliseconds, later than that of the decision before: of two, the later one counts. */
  readonly atMs: number
}

/** Where replicas tell each other what somebody decided at one of them. */
export interface DecisionStore {
  /** When the last decision about the line was made; 0 where there was none. */
  decidedAtMs(line: SnapshotLine): Promise<number>
  /** null where there is none, or none that can be read. */
  read(line: SnapshotLine): Promise<Decision | null>
  /** Keeps it unless a later one is there. */
  write(line: SnapshotLine, decision: Decision): Promise<void>
}

/**
 * What became of a write. `older`: a later snapshot is there already. `emptier`: it has no flags, perhaps by accident, and the one that is there has.
 * `others`: another replica is the one that writes.
 */
export type WriteOutcome = 'written' | 'same' | 'older' | 'emptier' | 'others'

/**
 * Keeps the last snapshots of each line. Nobody waits for it while answering a request. Every method may reject with a RelayError
 * `STORE_...`, which costs nothing but what it says. What a store cannot read (another format, damaged, not ours) is not there for its
 * reader, stays where it is, and is told by `passedOver`.
 */
export interface SnapshotStore {
  /** `disk`, `redis`: for logs, status and the label of metrics. */
  readonly name: string
  /** Where it keeps things, without credentials. */
  readonly description: string
  /** The latest good snapshot of a line, null where there is none. */
  newest(line: SnapshotLine): Promise<StoredSnapshot | null>
  /** One snapshot by its identifier, null where it is not there or not good. */
  read(line: SnapshotLine, id: string): Promise<StoredSnapshot | null>
  /** The good snapshots of a line, the latest first. */
  list(line: SnapshotLine): Promise<readonly SnapshotSummary[]>
  /** Keeps a snapshot, unless that would put something worse in a good one's place. */
  write(snapshot: StoredSnapshot): Promise<WriteOutcome>
  readMarks(line: SnapshotLine): Promise<LineMarks>
  /** Replaces all marks of a line. */
  writeMarks(line: SnapshotLine, marks: LineMarks): Promise<void>
  /** What the last look at each thing of the line has found there, and has not taken. */
  passedOver(line: SnapshotLine): readonly PassedOver[]
  /**
   * Calls back when another process may have written a snapshot or marks of the line; returns the way to stop that. Absent: nobody
   * else writes here, or nobody can tell.
   */
  subscribe?(line: SnapshotLine, listener: () => void): () => void
  /** Absent: no other replica reads here. */
  readonly decisions?: DecisionStore
  close(): Promise<void>
}

/** The identifier of a snapshot within its line: `<fence>.<sequence>-<revision>`. */
export function snapshotId({ fence, sequence, revision }: SnapshotPosition & { readonly revision: string }): string {
  return `${fence}.${sequence}-${revision}`
}

/** Negative where `a` comes before `b`, as `Array.sort` wants it. */
export function comparePositions(a: SnapshotPosition, b: SnapshotPosition): number {
  return a.fence - b.fence || a.sequence - b.sequence
}

/** Whether both name the same line. Nothing is the same as none. */
export function isSameLine(found: SnapshotLine | undefined, { vendor, upstream, name }: SnapshotLine): boolean {
  return found?.vendor === vendor && found.upstream === upstream && found.name === name
}
