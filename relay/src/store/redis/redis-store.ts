/** Snapshots in Redis, where all replicas see them. */
import {
  snapshotId,
  type LineMarks,
  type SnapshotLine,
  type SnapshotStore,
  type SnapshotSummary,
  type StoredSnapshot,
  type WriteOutcome,
} from '../snapshot-store.js'
import type { RedisConnection } from './connection.js'
import { lineKeys } from './line-keys.js'
import * as scripts from './scripts.js'
import { decodeSnapshot, encodeSnapshot } from './snapshot-body.js'

export interface RedisStoreOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  /** Names this process among the replicas. */
  readonly holder: string
  /** How many snapshots of each line are kept. */
  readonly keep: number
}

export function createRedisStore({ connection, prefix, holder, keep }: RedisStoreOptions): SnapshotStore {
  const list = async (line: SnapshotLine): Promise<readonly SnapshotSummary[]> => {
    const entries = (await connection.run(scripts.listScript, [lineKeys(prefix, line).index], [])) as Buffer[]
    return entries.map(readSummary).filter((entry) => entry !== null)
  }
  const read = async (line: SnapshotLine, id: string): Promise<StoredSnapshot | null> => {
    const found = (await connection.run(scripts.readScript, [lineKeys(prefix, line).snapshots], [id])) as Buffer | null
    return found === null ? null : decodeSnapshot(found)
  }
  return {
    name: 'redis',
    description: connection.description,
    list,
    read,
    async newest(line) {
      for (const { id } of await list(line)) {
        const found = await read(line, id)
        if (found !== null) return found
      }
      return null
    },
    async write(snapshot) {
      const { index, fence, snapshots, channel } = lineKeys(prefix, snapshot.line)
      const summary = summaryOf(snapshot)
      // Followers keep what they got from here: only its name travels.
      if ((await connection.run(scripts.isNewestScript, [index], [summary.id])) === 1) return 'same'
      const outcome = (await connection.run(
        scripts.writeScript,
        [fence, index, snapshots],
        [
          JSON.stringify(summary),
          summary.id,
          snapshot.fence,
          snapshot.sequence,
          summary.flagCount,
          keep,
          await encodeSnapshot(snapshot),
          channel,
        ],
      )) as Buffer
      return outcome.toString() as WriteOutcome
    },
    async readMarks(line) {
      const found = (await connection.run(scripts.readMarksScript, [lineKeys(prefix, line).marks], [])) as Buffer | null
      return (found === null ? {} : parse(found)) as LineMarks
    },
    async writeMarks(line, marks) {
      const { marks: key, lease, channel } = lineKeys(prefix, line)
      await connection.run(scripts.writeMarksScript, [key, lease], [JSON.stringify(marks), holder, channel])
    },
    subscribe: (line, listener) => connection.subscribe(lineKeys(prefix, line).channel, listener),
    close: () => connection.close(),
  }
}

function summaryOf(snapshot: StoredSnapshot): SnapshotSummary {
  const { fence, sequence, revision, servedAtMs, ruleset } = snapshot
  const flagCount = Object.keys(ruleset.flags).length
  return { id: snapshotId(snapshot), fence, sequence, revision, flagCount, servedAtMs }
}

/** An entry of the index; null for what is none. */
export function readSummary(bytes: Buffer): SnapshotSummary | null {
  const value = parse(bytes) as Partial<SnapshotSummary>
  return typeof value.id === 'string' && typeof value.fence === 'number' && typeof value.sequence === 'number'
    ? (value as SnapshotSummary)
    : null
}

/** An empty object for what is no JSON object. */
function parse(bytes: Buffer): object {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
