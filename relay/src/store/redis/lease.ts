/** The right to talk to the upstream of one line: one replica has it at a time, for as long as it is heard of. */
import type { SnapshotLine, SnapshotPosition, SnapshotSummary } from '../snapshot-store.js'
import type { RedisConnection } from './connection.js'
import { lineKeys } from './line-keys.js'
import { readSummary } from './redis-store.js'
import { attemptScript, releaseScript } from './scripts.js'

/** What the holder says of its data. */
export interface HolderReport {
  /** The environment's state. */
  readonly state: string
}

/** Who has the lease. */
export interface Standing {
  readonly isHeld: boolean
  /** Token of the lease, higher than that of every lease before. */
  readonly fence: number
  readonly expiresInMs: number
  /** Of another holder; null where it has said nothing yet. */
  readonly report: HolderReport | null
  /** The latest snapshot in the store. */
  readonly newest: (SnapshotPosition & Pick<SnapshotSummary, 'id' | 'revision'>) | null
}

export interface Lease {
  readonly leaseMs: number
  /** Takes the lease, renews it, or finds out who has it. Rejects with a RelayError `STORE_...`. */
  attempt(report: HolderReport): Promise<Standing>
  /** Gives it back, if this replica has it. */
  release(): Promise<void>
  /** Calls back when the line has news; returns the way to stop that. */
  subscribe(listener: () => void): () => void
}

export interface LeaseOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  /** Names this process among the replicas. */
  readonly holder: string
  readonly leaseMs: number
  readonly line: SnapshotLine
}

export function createLease({ connection, prefix, holder, leaseMs, line }: LeaseOptions): Lease {
  const keys = lineKeys(prefix, line)
  /** A Redis that fails over may forget: the number goes on from here. */
  let highestFence = 0
  return {
    leaseMs,
    async attempt(report) {
      const answer = (await connection.run(
        attemptScript,
        [keys.lease, keys.fence, keys.index],
        [holder, leaseMs, highestFence, JSON.stringify(report)],
      )) as [isHeld: number, fence: number, expiresInMs: number, report: Buffer, newest: Buffer]
      const [isHeld, fence, expiresInMs, said, newest] = answer
      highestFence = Math.max(highestFence, fence)
      return {
        isHeld: isHeld === 1,
        fence,
        expiresInMs,
        report: readReport(said),
        newest: newest.length === 0 ? null : readSummary(newest),
      }
    },
    async release() {
      await connection.run(releaseScript, [keys.lease], [holder, keys.channel])
    },
    subscribe: (listener) => connection.subscribe(keys.channel, listener),
  }
}

function readReport(bytes: Buffer): HolderReport | null {
  if (bytes.length === 0) return null
  const { state } = JSON.parse(bytes.toString('utf8')) as Partial<HolderReport>
  return typeof state === 'string' ? { state } : null
}
