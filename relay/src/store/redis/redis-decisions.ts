/** What somebody decided about a line, in Redis, with the snapshot that it is about: the list of snapshots may have let go of it. */
import type { Decision, DecisionStore, SnapshotLine } from '../snapshot-store.js'
import type { RedisConnection } from './connection.js'
import { lineKeys } from './line-keys.js'
import { decidedAtScript, readDecisionScript, writeDecisionScript } from './scripts.js'
import { decodeSnapshot, encodeSnapshot } from './snapshot-body.js'

export interface RedisDecisionOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  /** Signs snapshots; absent: they carry a checksum. */
  readonly secret?: string
}

export function createRedisDecisions({ connection, prefix, secret }: RedisDecisionOptions): DecisionStore {
  const keysOf = (line: SnapshotLine): ReturnType<typeof lineKeys> => lineKeys(prefix, line)
  return {
    async decidedAtMs(line) {
      const at = await connection.run(decidedAtScript, [keysOf(line).decision], [])
      return Buffer.isBuffer(at) ? Number(at.toString()) : 0
    },
    async read(line) {
      const found = await connection.run(readDecisionScript, [keysOf(line).decision], [])
      return readDecision(found as readonly [Buffer | null, Buffer | null], secret)
    },
    async write(line, { snapshot, atMs }) {
      const { decision, channel } = keysOf(line)
      const body = snapshot === null ? '' : await encodeSnapshot(snapshot, secret)
      await connection.run(writeDecisionScript, [decision], [atMs, body, channel])
    },
  }
}

async function readDecision(
  [at, body]: readonly [Buffer | null, Buffer | null],
  secret: string | undefined,
): Promise<Decision | null> {
  if (at === null || body === null) return null
  const atMs = Number(at.toString())
  if (body.length === 0) return { snapshot: null, atMs }
  const snapshot = await decodeSnapshot(body, secret)
  return snapshot === null ? null : { snapshot, atMs }
}
