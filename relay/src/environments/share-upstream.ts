/**
 * One upstream for many replicas: the one that holds the lease talks to it, the others serve what that one serves, and without
 * Redis each talks to it by itself.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { RelayError } from '../relay-error.js'
import type { Lease, Standing } from '../store/redis/lease.js'
import type { SnapshotLine, SnapshotStore } from '../store/snapshot-store.js'
import type { Logger } from '../telemetry/logger.js'
import { underFirstOf } from '../vendors/first-signal.js'
import type { Source, SourceSink } from '../vendors/source.js'
import type { RunningEnvironment } from './running-environment.js'

/** `starting`: nothing is known yet. `alone`: Redis is out of reach. */
export type ReplicaRole = 'starting' | 'leader' | 'follower' | 'alone'

export interface ReplicaStatus {
  readonly role: ReplicaRole
  /** Epoch milliseconds. */
  readonly sinceMs: number
  /** Token of the latest lease that is known of; 0 before the first. */
  readonly fence: number
}

export interface SharedUpstreamOptions {
  readonly source: Source
  readonly lease: Lease
  readonly store: SnapshotStore
  readonly line: SnapshotLine
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

export interface SharedUpstream {
  /** In place of the vendor's. */
  readonly source: Source
  /** Token of the lease that snapshots are counted under. */
  fence(): number
  status(): ReplicaStatus
  isFollower(): boolean
  /** Looks at once at what the one who leads serves. */
  wake(): void
  /** Says whose upstream it is, before the source runs. */
  attach(environment: RunningEnvironment): void
}

/** Each lease is renewed so often, and looked at as often by those who do not have it. */
const looksPerLease = 3
/** A lease that has run out is gone a moment later. */
const graceMs = 50
const releaseDeadlineMs = 1_000

export function shareUpstream(options: SharedUpstreamOptions): SharedUpstream {
  const shared = new Shared(options)
  return {
    source: { description: options.source.description, run: (sink, signal) => shared.run(sink, signal) },
    fence: () => shared.fence,
    status: () => ({ role: shared.role, sinceMs: shared.sinceMs, fence: shared.fence }),
    isFollower: () => shared.role === 'follower',
    wake: () => shared.wake(),
    attach: (environment) => shared.attach(environment),
  }
}

class Shared {
  readonly #options: SharedUpstreamOptions
  #environment: RunningEnvironment | undefined
  role: ReplicaRole = 'starting'
  sinceMs: number
  fence = 0
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null
  #wake = new AbortController()
  /** From the monotonic clock. */
  #heardAtMs = -Infinity

  constructor(options: SharedUpstreamOptions) {
    this.#options = options
    this.sinceMs = options.now()
  }

  attach(environment: RunningEnvironment): void {
    this.#environment = environment
  }

  wake(): void {
    this.#wake.abort()
  }

  async run(sink: SourceSink, signal: AbortSignal): Promise<void> {
    const { lease } = this.#options
    const look = (): void => this.wake()
    const leave = [lease.subscribe(look), this.#environment?.onState(look)]
    while (!signal.aborted) {
      this.#wake = new AbortController()
      const wake = this.#wake.signal
      const pauseMs = await this.#look(sink, signal)
      const sleep = (until: AbortSignal): Promise<void> => delay(pauseMs, undefined, { signal: until })
      await underFirstOf([signal, wake], sleep).catch(() => undefined)
    }
    for (const one of leave) one?.()
    await this.#stop()
    if (this.role === 'leader') await Promise.race([lease.release().catch(() => undefined), delay(releaseDeadlineMs)])
  }

  /** @returns after how long to look again */
  async #look(sink: SourceSink, signal: AbortSignal): Promise<number> {
    const { lease } = this.#options
    const everyMs = lease.leaseMs / looksPerLease
    try {
      const standing = await lease.attempt({ state: this.#environment?.state ?? 'waiting' })
      if (signal.aborted) return 0
      this.#heardAtMs = performance.now()
      this.fence = Math.max(this.fence, standing.fence)
      if (standing.isHeld) {
        await this.#lead(standing, sink, signal)
        return everyMs
      }
      await this.#follow(standing, sink)
      return Math.min(everyMs, Math.max(0, standing.expiresInMs) + graceMs)
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      this.#miss(error, sink, signal)
      return everyMs
    }
  }

  async #lead({ fence, newest }: Standing, sink: SourceSink, signal: AbortSignal): Promise<void> {
    if (this.role === 'leader' && this.#environment?.served?.fence === fence) return
    if (this.role !== 'alone' && this.role !== 'leader') await this.#catchUp(newest)
    this.#enter('leader')
    // Under the new fence, whatever comes from the leader before is older.
    this.#environment?.restamp(fence)
    this.#start(sink, signal)
  }

  async #follow({ fence, newest, report }: Standing, sink: SourceSink): Promise<void> {
    await this.#stop()
    this.#enter('follower')
    if (newest === null || newest.fence < fence) return
    const isCaughtUp = await this.#catchUp(newest)
    if (this.#environment?.served === null || report === null) return
    if (!isCaughtUp) sink.failed(notCaughtUp(newest.id))
    else if (report.state === 'fresh') sink.unchanged()
    else sink.failed(staleLeader(report.state))
  }

  /**
   * Serves the latest snapshot of the store.
   *
   * @returns whether there is nothing in the store that should be served and cannot be
   */
  async #catchUp(newest: Standing['newest']): Promise<boolean> {
    const { store, line } = this.#options
    const served = this.#environment?.served
    const isServed = served?.fence === newest?.fence && served?.sequence === newest?.sequence
    if (newest === null || (isServed && served?.revision === newest.revision)) return true
    const found = await store.read(line, newest.id)
    return found !== null && this.#environment?.follow(found) === null
  }

  /** A short silence of Redis is overlooked: the vendor should not see all replicas at each. */
  #miss(error: RelayError, sink: SourceSink, signal: AbortSignal): void {
    const { lease, logger } = this.#options
    if (this.role === 'alone' || performance.now() - this.#heardAtMs < lease.leaseMs) return
    logger.warn({ code: error.code, reason: error.message }, 'Redis is out of reach: this replica goes on alone')
    this.#enter('alone')
    this.#start(sink, signal)
  }

  #enter(role: ReplicaRole): void {
    if (role === this.role) return
    this.#options.logger.info({ role, fence: this.fence }, 'this replica has another role')
    this.role = role
    this.sinceMs = this.#options.now()
  }

  #start(sink: SourceSink, signal: AbortSignal): void {
    if (this.#running !== null) return
    const stop = new AbortController()
    const until = AbortSignal.any([signal, stop.signal])
    const ended = this.#options.source.run(whileRunning(sink, until), until)
    this.#running = { stop, ended }
  }

  async #stop(): Promise<void> {
    const running = this.#running
    this.#running = null
    running?.stop.abort()
    await running?.ended
  }
}

/** Late calls of a source that was stopped must not count. */
function whileRunning(sink: SourceSink, signal: AbortSignal): SourceSink {
  return {
    document: (document, about) => {
      if (!signal.aborted) sink.document(document, about)
    },
    unchanged: () => {
      if (!signal.aborted) sink.unchanged()
    },
    failed: (error) => {
      if (!signal.aborted) sink.failed(error)
    },
  }
}

function staleLeader(state: string): RelayError {
  const message = `the replica that talks to the upstream says that its data may be outdated (${state})`
  return new RelayError('UPSTREAM_STALE', message, { retryable: true })
}

function notCaughtUp(id: string): RelayError {
  const message = `what the replica that talks to the upstream serves (${id}) cannot be read here: is stateSecret the same everywhere?`
  return new RelayError('UPSTREAM_STALE', message, { retryable: true })
}
