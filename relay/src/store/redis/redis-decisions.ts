/** What somebody decided about a line, in Redis, with the snapshot that it is about: the list of snapshots may have let go of it. */
import type { Opened, PassedOverNotes } from '../passed-over.js'
import { snapshotId, isSameLine, type Decision, type DecisionStore, type SnapshotLine } from '../snapshot-store.js'
import type { RedisConnection } from './connection.js'
import { lineKeys } from './line-keys.js'
import { readDecisionScript, stampOfDecisionScript, writeDecisionScript } from './scripts.js'
import { asWholeSnapshot, decodeBody, encodeBody } from './snapshot-body.js'

export interface RedisDecisionOptions {
  readonly connection: RedisConnection
  readonly prefix: string
  /** Signs decisions; absent: they carry a checksum. */
  readonly secret?: string
}

/** What the last look at an entry came to. The stamp is another one as soon as the entry is. */
interface Look {
  readonly stamp: string
  readonly decision: Decision | null
}

/** @param notes what is not taken is noted there */
export function createRedisDecisions(options: RedisDecisionOptions, notes: PassedOverNotes): DecisionStore {
  return new RedisDecisions(options, notes)
}

class RedisDecisions implements DecisionStore {
  readonly #options: RedisDecisionOptions
  readonly #notes: PassedOverNotes
  /** By the key of the entry. */
  readonly #looks = new Map<string, Look>()

  constructor(options: RedisDecisionOptions, notes: PassedOverNotes) {
    this.#options = options
    this.#notes = notes
  }

  async decidedAtMs(line: SnapshotLine): Promise<number> {
    return (await this.read(line))?.atMs ?? 0
  }

  /** The entry is large, and asked for every few seconds: it is read again only when it has changed. */
  async read(line: SnapshotLine): Promise<Decision | null> {
    const { connection, prefix } = this.#options
    const { decision: key } = lineKeys(prefix, line)
    const stamp = await connection.run(stampOfDecisionScript, [key], [])
    const known = this.#looks.get(key)
    if (Buffer.isBuffer(stamp) && known?.stamp === stamp.toString()) return known.decision
    const [at, body, readStamp] = (await connection.run(readDecisionScript, [key], [])) as (Buffer | null)[]
    const opened = await this.#open(line, at ?? null, body ?? null)
    const decision = this.#notes.take(key, 'decision', 'decision', opened)
    this.#looks.set(key, { stamp: readStamp?.toString() ?? '', decision })
    return decision
  }

  async write(line: SnapshotLine, { snapshot, atMs }: Decision): Promise<void> {
    const { connection, prefix, secret } = this.#options
    const { decision: key, channel } = lineKeys(prefix, line)
    const body = await encodeBody({ line, atMs, snapshot }, secret)
    // What is not whole does not count as later, whatever time it carries.
    const look = this.#looks.get(key)
    const refused = look?.decision === null ? look.stamp : ''
    await connection.run(writeDecisionScript, [key], [atMs, body, channel, refused])
  }

  async #open(line: SnapshotLine, at: Buffer | null, body: Buffer | null): Promise<Opened<Decision>> {
    if (at === null || body === null) return { ok: false, reason: null }
    const opened = await decodeBody(body, this.#options.secret)
    if (!opened.ok) return opened
    const { value } = opened
    const { line: of, atMs, snapshot } = (value ?? {}) as Partial<Decision> & { readonly line?: SnapshotLine }
    if (!isSameLine(of, line)) return { ok: false, reason: 'foreign' }
    if (typeof atMs !== 'number' || String(atMs) !== at.toString()) return { ok: false, reason: 'damaged' }
    if (snapshot === null) return { ok: true, value: { snapshot, atMs } }
    if (snapshot === undefined) return { ok: false, reason: 'damaged' }
    const whole = asWholeSnapshot({ ok: true, value: snapshot }, line, snapshotId(snapshot))
    return whole.ok ? { ok: true, value: { snapshot: whole.value, atMs } } : whole
  }
}
