/** Snapshots in Redis, where all replicas see them. */
import { PassedOverNotes, type PassedOver } from '../passed-over.js'
import { openValue, sealText } from '../sealed-text.js'
import {
  type DecisionStore,
  type LineMarks,
  type SnapshotLine,
  type SnapshotStore,
  type SnapshotSummary,
  type StoredSnapshot,
  type WriteOutcome,
} from '../snapshot-store.js'
import { asMarks, summaryOf } from '../stored-values.js'
import type { RedisConnection } from './connection.js'
import { lineKeys, type LineKeys } from './line-keys.js'
import { createRedisDecisions } from './redis-decisions.js'
import * as scripts from './scripts.js'
import { asWholeSnapshot, decodeBody, encodeBody } from './snapshot-body.js'

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
  readonly #notes = new PassedOverNotes()

  constructor(options: RedisStoreOptions) {
    this.description = options.connection.description
    this.decisions = createRedisDecisions(options, this.#notes)
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
    const { snapshots } = this.#keys(line)
    const found = await this.#run(scripts.readScript, [snapshots], [id])
    if (!Buffer.isBuffer(found)) return null
    const opened = asWholeSnapshot(await decodeBody(found, this.#options.secret), line, id)
    return this.#notes.take(snapshots, 'snapshot', id, opened)
  }

  async list(line: SnapshotLine): Promise<readonly SnapshotSummary[]> {
    const { index, snapshots } = this.#keys(line)
    const entries = (await this.#run(scripts.listScript, [index], [])) as Buffer[]
    const summaries = entries.map(readSummary).filter((entry) => entry !== null)
    this.#notes.retain(
      snapshots,
      summaries.map(({ id }) => id),
    )
    return summaries
  }

  async write(snapshot: StoredSnapshot): Promise<WriteOutcome> {
    const { index, fence, snapshots, lease, channel } = this.#keys(snapshot.line)
    const summary = summaryOf(snapshot)
    const { id, flagCount, sequence } = summary
    // Followers keep what they got from here: only its name travels.
    if ((await this.#run(scripts.isNewestScript, [index], [id])) === 1) return 'same'
    const body = await encodeBody(snapshot, this.#options.secret)
    const { keep, holder } = this.#options
    const isMeant = snapshot.isEmptyMeant === true ? 1 : 0
    const args = [JSON.stringify(summary), id, summary.fence, sequence, flagCount, keep, body, channel, holder, isMeant]
    return String(await this.#run(scripts.writeScript, [fence, index, snapshots, lease], args)) as WriteOutcome
  }

  async readMarks(line: SnapshotLine): Promise<LineMarks> {
    const { marks: key } = this.#keys(line)
    const found = await this.#run(scripts.readMarksScript, [key], [])
    if (!Buffer.isBuffer(found)) return {}
    const opened = asMarks(openValue(found.toString('utf8'), this.#options.secret), line)
    return this.#notes.take(key, 'marks', 'marks', opened) ?? {}
  }

  async writeMarks(line: SnapshotLine, marks: LineMarks): Promise<void> {
    const { marks: key, lease, channel } = this.#keys(line)
    const body = sealText(JSON.stringify({ line, marks }), this.#options.secret)
    await this.#run(scripts.writeMarksScript, [key, lease], [body, this.#options.holder, channel])
  }

  passedOver(line: SnapshotLine): readonly PassedOver[] {
    const { snapshots, marks, decision } = this.#keys(line)
    return [snapshots, marks, decision].flatMap((key) => this.#notes.of(key))
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
