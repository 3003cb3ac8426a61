/** Snapshots in Redis, where all replicas see them. */
import {
  isSameLine,
  snapshotId,
  type DecisionStore,
  type LineMarks,
  type SnapshotLine,
  type SnapshotStore,
  type SnapshotSummary,
  type StoredSnapshot,
  type WriteOutcome,
} from '../snapshot-store.js'
import type { RedisConnection } from './connection.js'
import { lineKeys, type LineKeys } from './line-keys.js'
import { createRedisDecisions } from './redis-decisions.js'
import * as scripts from './scripts.js'
import { decodeSnapshot, encodeSnapshot } from './snapshot-body.js'

export interface RedisStoreOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  /** Names this process among the replicas. */
  readonly holder: string
  /** How many snapshots of each line are kept. */
  readonly keep: number
  /** Signs them; absent: they carry a checksum. */
  readonly secret?: string
}

export function createRedisStore(options: RedisStoreOptions): SnapshotStore {
  return new RedisStore(options)
}

class RedisStore implements SnapshotStore {
  readonly name = 'redis'
  readonly description: string
  readonly decisions: DecisionStore
  readonly #options: RedisStoreOptions

  constructor(options: RedisStoreOptions) {
    this.description = options.connection.description
    this.decisions = createRedisDecisions(options)
    this.#options = options
  }

  async newest(line: SnapshotLine): Promise<StoredSnapshot | null> {
    for (const { id } of await this.list(line)) {
      const found = await this.read(line, id)
      if (found !== null) return found
    }
    return null
  }

  async read(line: SnapshotLine, id: string): Promise<StoredSnapshot | null> {
    const found = await this.#run(scripts.readScript, [this.#keys(line).snapshots], [id])
    const snapshot = Buffer.isBuffer(found) ? await decodeSnapshot(found, this.#options.secret) : null
    // Who may write to Redis may copy what was signed for another environment, or under another name.
    return snapshot !== null && isSameLine(snapshot.line, line) && snapshotId(snapshot) === id ? snapshot : null
  }

  async list(line: SnapshotLine): Promise<readonly SnapshotSummary[]> {
    const entries = (await this.#run(scripts.listScript, [this.#keys(line).index], [])) as Buffer[]
    return entries.map(readSummary).filter((entry) => entry !== null)
  }

  async write(snapshot: StoredSnapshot): Promise<WriteOutcome> {
    const { index, fence, snapshots, lease, channel } = this.#keys(snapshot.line)
    const summary = summaryOf(snapshot)
    const { id, flagCount, sequence } = summary
    // Followers keep what they got from here: only its name travels.
    if ((await this.#run(scripts.isNewestScript, [index], [id])) === 1) return 'same'
    const body = await encodeSnapshot(snapshot, this.#options.secret)
    const { keep, holder } = this.#options
    const isMeant = snapshot.isEmptyMeant === true ? 1 : 0
    const args = [JSON.stringify(summary), id, summary.fence, sequence, flagCount, keep, body, channel, holder, isMeant]
    return String(await this.#run(scripts.writeScript, [fence, index, snapshots, lease], args)) as WriteOutcome
  }

  async readMarks(line: SnapshotLine): Promise<LineMarks> {
    const found = await this.#run(scripts.readMarksScript, [this.#keys(line).marks], [])
    return Buffer.isBuffer(found) ? parse(found) : {}
  }

  async writeMarks(line: SnapshotLine, marks: LineMarks): Promise<void> {
    const { marks: key, lease, channel } = this.#keys(line)
    await this.#run(scripts.writeMarksScript, [key, lease], [JSON.stringify(marks), this.#options.holder, channel])
  }

  subscribe(line: SnapshotLine, listener: () => void): () => void {
    return this.#options.connection.subscribe(this.#keys(line).channel, listener)
  }

  close(): Promise<void> {
    return this.#options.connection.close()
  }

  #keys(line: SnapshotLine): LineKeys {
    return lineKeys(this.#options.prefix, line)
  }

  #run(...call: Parameters<RedisConnection['run']>): Promise<unknown> {
    return this.#options.connection.run(...call)
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
