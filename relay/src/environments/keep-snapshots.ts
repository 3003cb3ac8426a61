/** What an environment serves is kept in stores, and comes back from them after a restart. Never on the way of a request. */
import type { SealedRuleset } from '@switchyard/engine'
import {
  comparePositions,
  snapshotId,
  type LineMarks,
  type SnapshotLine,
  type SnapshotStore,
  type SnapshotSummary,
  type StoredSnapshot,
} from '../store/snapshot-store.js'
import type { Logger } from '../telemetry/logger.js'
import { Decisions } from './follow-decisions.js'
import type { RunningEnvironment } from './running-environment.js'
import type { Served } from './environment.js'
import type { SharedUpstream } from './share-upstream.js'
import { StoreLine, type StoreStatus } from './store-line.js'
import { vendorEnvironmentOf } from './vendor-environment.js'

export interface KeeperOptions {
  readonly environment: RunningEnvironment
  readonly line: SnapshotLine
  readonly stores: readonly SnapshotStore[]
  /** null where no other replica serves the environment; so when absent. */
  readonly replica?: Pick<SharedUpstream, 'isFollower' | 'wake'> | null
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

/** A snapshot in the list of all stores. */
export interface ListedSnapshot extends SnapshotSummary {
  /** Names of the stores that have it. */
  readonly stores: readonly string[]
  readonly isServed: boolean
}

export type Activation = { readonly ok: true } | { readonly ok: false; readonly reason: 'missing' | 'unusable' }

export interface SnapshotKeeper {
  /**
   * Serves the latest good snapshot of all stores, and activates the one that somebody had activated. A store that takes longer than
   * `deadlineMs` is not waited for; what it has then comes behind what is served.
   */
  restore(deadlineMs: number): Promise<void>
  status(): readonly StoreStatus[]
  /** The latest first. */
  list(): Promise<readonly ListedSnapshot[]>
  /** @param id see `snapshotId` */
  activate(id: string): Promise<Activation>
  /** Lets the upstream decide again, here and at every replica, and serves what was held back. */
  release(): void
  /** Serves what is held back here, for whichever reason. */
  confirm(): void
  /** Writes what is not written yet, for `deadlineMs` at most, and stops. */
  close(deadlineMs: number): Promise<void>
}

/** How often a failed write is tried again, and decisions of other replicas are looked for: messages may be lost. */
const retryMs = 5_000
/** A document without flags is what an accident looks like: only what lasts so long is kept in the place of flags. */
const emptyMeantAfterMs = 60_000
/** How exactly the stores know when the upstream was last heard of. */
const markMs = 30_000

/** Begins to keep whatever the environment serves from now on. */
export function keepSnapshots(options: KeeperOptions): SnapshotKeeper {
  return new Keeper(options)
}

class Keeper implements SnapshotKeeper {
  readonly #options: KeeperOptions
  readonly #lines: readonly StoreLine[]
  readonly #decisions: Decisions
  readonly #leave: () => void
  readonly #timers: readonly NodeJS.Timeout[]
  /** As it was last offered. */
  #marks: LineMarks = {}
  /** The last revision without flags that was offered as meant. */
  #emptied: Served | null = null

  constructor(options: KeeperOptions) {
    this.#options = options
    const { environment, stores, line, replica = null, now } = options
    const logger = options.logger.child({ environment: environment.name })
    this.#lines = stores.map((store) => new StoreLine({ store, line, now, logger }))
    const followed = (): void => this.#mark()
    this.#decisions = new Decisions({ environment, line, stores, lines: this.#lines, replica, followed, now, logger })
    this.#leave = environment.onChange((served) => this.#changed(served))
    this.#timers = [setInterval(() => this.#retry(), retryMs), setInterval(() => this.#mark(), markMs)]
    for (const timer of this.#timers) timer.unref()
  }

  async restore(deadlineMs: number): Promise<void> {
    const late = (found: StoredSnapshot | null): void => {
      if (found !== null) this.#options.environment.adopt(found, false)
    }
    const reading = this.#lines.map((line) => line.read(readBack))
    const inTime = await Promise.all(reading.map((each) => within(each, deadlineMs)))
    const found = inTime.filter((each) => each !== null)
    const newest = latestOf(found.flatMap(({ snapshot }) => snapshot ?? []))
    for (const [index, each] of reading.entries()) {
      if (inTime[index] === null) void each.then((back) => late(back?.snapshot ?? null))
    }
    if (newest === null) return
    const isUsable = this.#options.environment.adopt(newest, false) === null
    const adopted = isUsable ? newest : await within(this.#adoptBefore(newest), deadlineMs)
    if (adopted !== null) await this.#resume(lastDecided(found.map(({ marks }) => marks)), adopted)
    await within(this.#decisions.look(), deadlineMs)
  }

  /**
   * The latest snapshot cannot be used, perhaps by this version alone: the first before it that can be serves. The count goes on
   * behind what cannot.
   */
  async #adoptBefore(refused: StoredSnapshot): Promise<StoredSnapshot | null> {
    for (const { id } of await this.list()) {
      const stored = await this.#find(id)
      if (stored === null || stored.revision === refused.revision) continue
      const behind = { ...stored, fence: refused.fence, sequence: refused.sequence + 1 }
      if (this.#options.environment.adopt(behind, false) === null) return behind
    }
    return null
  }

  status(): readonly StoreStatus[] {
    return this.#lines.map((line) => line.status())
  }

  async list(): Promise<readonly ListedSnapshot[]> {
    const { environment, stores } = this.#options
    const lists = await Promise.all(this.#lines.map((line) => line.read((store, of) => store.list(of))))
    const byId = new Map<string, SnapshotSummary & { stores: string[] }>()
    for (const [index, list] of lists.entries()) {
      const name = stores[index]?.name ?? ''
      for (const summary of list ?? []) {
        const known = byId.get(summary.id)
        if (known === undefined) byId.set(summary.id, { ...summary, stores: [name] })
        else known.stores.push(name)
      }
    }
    const servedId = environment.served === null ? null : snapshotId(environment.served)
    return [...byId.values()]
      .sort((a, b) => comparePositions(b, a))
      .map((each) => ({ ...each, isServed: each.id === servedId }))
  }

  async activate(id: string): Promise<Activation> {
    const stored = await this.#find(id)
    if (stored === null) return { ok: false, reason: 'missing' }
    if (this.#options.environment.activate(stored) !== null) return { ok: false, reason: 'unusable' }
    this.#decisions.decided(stored)
    this.#mark()
    return { ok: true }
  }

  release(): void {
    const { environment, replica } = this.#options
    environment.release(replica?.isFollower() !== true)
    // Also where nothing was activated here: another replica may not have told yet.
    this.#decisions.decided(null)
    this.#mark()
  }

  confirm(): void {
    const { environment } = this.#options
    if (environment.status().activated !== null) this.release()
    else environment.release()
  }

  async close(deadlineMs: number): Promise<void> {
    this.#leave()
    this.#decisions.close()
    for (const timer of this.#timers) clearInterval(timer)
    this.#mark()
    await within(Promise.all(this.#lines.map((line) => line.flush())), deadlineMs)
  }

  async #find(id: string): Promise<StoredSnapshot | null> {
    const found = await Promise.all(this.#lines.map((line) => line.read((store, of) => store.read(of, id))))
    return found.find((each) => each !== null) ?? null
  }

  /** Takes up what was decided before the start. */
  async #resume({ activated, decidedAtMs = activated?.atMs }: LineMarks, newest: StoredSnapshot): Promise<void> {
    const snapshot = activated === undefined ? null : await this.#reactivate(activated.id, newest)
    if (decidedAtMs !== undefined) this.#decisions.resume({ snapshot, atMs: decidedAtMs })
  }

  /**
   * What is served is the activated content already, as long as it was written; the mark alone has to be found again.
   *
   * @returns what is activated, null where it is not to be had
   */
  async #reactivate(id: string, newest: StoredSnapshot): Promise<StoredSnapshot | null> {
    const { environment, logger } = this.#options
    const stored = id.endsWith(`-${newest.revision}`) ? newest : await this.#find(id)
    if (stored !== null && environment.activate(stored) === null) return stored
    const fields = { environment: environment.name, snapshot: id, reason: stored === null ? 'missing' : 'unusable' }
    logger.error(fields, 'the activated snapshot is not to be had any more: the latest one is served')
    return null
  }

  #changed(served: Served): void {
    const snapshot = this.#storedFrom(served)
    for (const line of this.#lines) line.offer({ snapshot })
  }

  #storedFrom(served: Served): StoredSnapshot {
    const { environment, line, now } = this.#options
    const { revision, fence, sequence, sinceMs } = served
    const { vendor, confirmedAtMs } = environment.status()
    // Only sealed rulesets come into service.
    const ruleset = served.snapshot.ruleset as SealedRuleset
    return {
      line,
      vendorEnvironment: vendorEnvironmentOf(ruleset),
      revision,
      documentVendor: vendor,
      fence,
      sequence,
      servedAtMs: sinceMs,
      confirmedAtMs: confirmedAtMs ?? now(),
      ruleset,
      ...(typeof environment.original === 'string' ? { original: environment.original } : {}),
    }
  }

  #retry(): void {
    this.#keepEmptied()
    for (const line of this.#lines) void line.flush()
    void this.#decisions.look()
  }

  /** Followers and the next start take over that there are no flags any more, once the upstream has said so for long enough. */
  #keepEmptied(): void {
    const { environment, now } = this.#options
    const { served } = environment
    if (served === null || served === this.#emptied || served.snapshot.flagKeys.length > 0) return
    if (environment.state !== 'fresh' || now() - served.sinceMs < emptyMeantAfterMs) return
    this.#emptied = served
    const snapshot = { ...this.#storedFrom(served), isEmptyMeant: true } as const
    for (const line of this.#lines) line.offer({ snapshot })
  }

  /** Offers the marks where they have changed. */
  #mark(): void {
    const { served, status } = this.#marksNow()
    if (served === null) return
    const { confirmedAtMs, activated } = status
    const { decidedAtMs } = this.#decisions
    const marks: LineMarks = {
      ...(decidedAtMs === null ? {} : { decidedAtMs }),
      ...(confirmedAtMs === null ? {} : { confirmed: { revision: served.revision, atMs: confirmedAtMs } }),
      ...(activated === null ? {} : { activated: { id: activated.id, atMs: activated.sinceMs } }),
    }
    if (JSON.stringify(marks) === JSON.stringify(this.#marks)) return
    this.#marks = marks
    for (const line of this.#lines) line.offer({ marks })
  }

  #marksNow(): { readonly served: Served | null; readonly status: ReturnType<RunningEnvironment['status']> } {
    const { environment } = this.#options
    return { served: environment.served, status: environment.status() }
  }
}

interface Back {
  readonly snapshot: StoredSnapshot | null
  readonly marks: LineMarks
}

/** The latest snapshot of a line with what the marks say of it. */
async function readBack(store: SnapshotStore, line: SnapshotLine): Promise<Back> {
  const [snapshot, marks] = await Promise.all([store.newest(line), store.readMarks(line)])
  if (snapshot === null) return { snapshot, marks }
  const { confirmed } = marks
  const isNewer = confirmed?.revision === snapshot.revision && confirmed.atMs > snapshot.confirmedAtMs
  return { snapshot: isNewer ? { ...snapshot, confirmedAtMs: confirmed.atMs } : snapshot, marks }
}

/** The marks by which somebody decided last, whichever store has them: those of another may be damaged. */
function lastDecided(all: readonly LineMarks[]): LineMarks {
  return all.reduce((last, each) => (decisionMsOf(each) > decisionMsOf(last) ? each : last), {})
}

function decisionMsOf({ decidedAtMs, activated }: LineMarks): number {
  return decidedAtMs ?? activated?.atMs ?? 0
}

function latestOf(found: readonly StoredSnapshot[]): StoredSnapshot | null {
  return found.reduce<StoredSnapshot | null>(
    (latest, each) => (latest === null || comparePositions(each, latest) > 0 ? each : latest),
    null,
  )
}

/** null where it takes longer. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
