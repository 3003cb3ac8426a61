/** The workers of one relay, as the primary sees them: they serve the data plane, and it feeds them. */
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import type { RunningEnvironment } from '../environments/running-environment.js'
import { withLiveSettings } from '../http/live-settings.js'
import { addressOf, listen } from '../listen.js'
import type { RelayError } from '../relay-error.js'
import type { Logger } from '../telemetry/logger.js'
import type { WorkerReading } from '../telemetry/worker-reading.js'
import type { UsageLane } from '../usage/usage-lane.js'
import { createEncodedRulesets } from './encoded-rulesets.js'
import type { Handover } from './handovers.js'
import type { WorkerConfiguration, WorkerServing } from './messages.js'
import type { SummedCounts } from './summed-counts.js'
import { feedWorker } from './worker-feed.js'
import { WorkerSlot, type SlotListener } from './worker-slot.js'

export interface WorkerPoolOptions {
  readonly count: number
  /** What a worker's process runs: the program, then its arguments. */
  readonly program: readonly [file: string, ...args: string[]]
  readonly version: string
  readonly configuration: WorkerConfiguration
  readonly environments: readonly RunningEnvironment[]
  readonly counts: SummedCounts
  readonly usage: UsageLane
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

export interface WorkerPool {
  /**
   * Resolves with the data plane's address when all workers take connections.
   *
   * @throws RelayError LISTEN_FAILED, or WORKERS_FAILED where none lives long enough
   */
  listen(): Promise<string>
  /** Resolves if, later on, no worker serves and none lives long enough. */
  readonly failed: Promise<RelayError>
  readonly workers: readonly WorkerReading[]
  /** Asks the workers what they have counted. One that does not answer in time is as it last told. */
  refresh(): Promise<void>
  /** From now on these environments and keys count, in all workers and in those that follow them. */
  serve(serving: WorkerServing, environments: readonly RunningEnvironment[]): void
  /** Lets all workers finish what is under way, and ends them. */
  close(timeoutMs: number): Promise<void>
}

/** A scrape waits no longer for one worker. */
const readDeadlineMs = 1_000
/** What a worker counted after its last report is lost when it is killed. */
const reportEveryMs = 5_000

/** Creates the pool. Nothing runs yet. */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  return new Pool(options)
}

class Pool implements WorkerPool {
  readonly failed: Promise<RelayError>
  readonly #options: WorkerPoolOptions
  readonly #slots: readonly WorkerSlot[]
  #configuration: WorkerConfiguration
  #environments: readonly RunningEnvironment[]
  #port: number
  readonly #left: Handover[] = []
  #url = ''
  #reports: NodeJS.Timeout | undefined
  #hasListened: () => void = () => undefined
  #fail: (error: RelayError) => void = () => undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#configuration = options.configuration
    this.#environments = options.environments
    this.#port = options.configuration.server.port
    this.failed = new Promise((resolve) => {
      this.#fail = resolve
    })
    const encoded = createEncodedRulesets()
    const { count, version, logger, now } = options
    this.#slots = Array.from({ length: count }, (_, index) => {
      const worker = index + 1
      return new WorkerSlot({
        number: worker,
        start: () => ({ worker, version, configuration: this.#configuration }),
        port: () => this.#port,
        feed: (send) => {
          const environments = this.#environments
          return feedWorker({ environments, encoded, send: (update) => send({ type: 'environment', update }), logger })
        },
        tell: this.#listenerOf(worker),
        now,
        logger,
      })
    })
  }

  async listen(): Promise<string> {
    const [exec, ...args] = this.#options.program
    // In turn, so that each gets its share of the connections; some systems do otherwise.
    cluster.schedulingPolicy = cluster.SCHED_RR
    cluster.setupPrimary({ exec, args, serialization: 'advanced' })
    await this.#choosePort()
    const listened = new Promise<null>((resolve) => {
      this.#hasListened = () => resolve(null)
    })
    for (const slot of this.#slots) slot.fork()
    this.#reports = setInterval(() => void this.refresh(), reportEveryMs)
    this.#reports.unref()
    const failure = await Promise.race([listened, this.failed])
    if (failure !== null) throw failure
    return this.#url
  }

  /** Of any free port, too: all workers, and those that come after them, have to name the same. */
  async #choosePort(): Promise<void> {
    if (this.#port !== 0) return
    const { host } = this.#options.configuration.server
    const server = createServer()
    await listen(server, 'server', { host, port: 0 })
    this.#port = addressOf(server).port
    await new Promise((resolve) => server.close(resolve))
  }

  get workers(): readonly WorkerReading[] {
    return this.#slots.map((slot) => ({
      number: slot.number,
      pid: slot.pid,
      state: slot.state,
      sinceMs: slot.sinceMs,
      deaths: slot.deaths,
      ...slot.counted,
      residentBytes: slot.residentBytes,
      revisionOf: (environment) => slot.revisionOf(environment),
    }))
  }

  async refresh(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, readDeadlineMs)
    })
    await Promise.race([Promise.all(this.#slots.map((slot) => slot.read())), deadline])
    clearTimeout(timer)
  }

  serve(serving: WorkerServing, environments: readonly RunningEnvironment[]): void {
    this.#environments = environments
    const { server, ...rest } = this.#configuration
    this.#configuration = {
      ...rest,
      server: withLiveSettings(server, serving.settings),
      environments: serving.environments,
    }
    for (const slot of this.#slots) slot.serve(serving, environments)
  }

  async close(timeoutMs: number): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.drain(timeoutMs)))
    clearInterval(this.#reports)
    for (const { connection } of this.#left.splice(0)) connection.close()
  }

  /** Gives connections that nobody has taken to a worker that serves, or to the next one that does. */
  #pass(handovers: readonly Handover[]): void {
    for (const handover of handovers) {
      if (!this.#slots.some((slot) => slot.takeOver(handover))) this.#left.push(handover)
    }
  }

  #listenerOf(worker: number): SlotListener {
    const { counts, usage } = this.#options
    return {
      listening: (url) => {
        this.#url = url
        this.#pass(this.#left.splice(0))
        if (this.#slots.every(({ state }) => state === 'serving')) this.#hasListened()
      },
      left: (handovers) => this.#pass(handovers),
      counts: (reading) => counts.report(worker, reading),
      gone: () => counts.retire(worker),
      usage: (message) => {
        if (message.type === 'usage-refused') return usage.refused(message.environment)
        const served = this.#environments.find(({ name }) => name === message.environment)?.served
        if (served) usage.accept(message.environment, served.snapshot, message.batch)
      },
      hopeless: (error) => {
        if (this.#slots.every(({ state }) => state !== 'serving')) this.#fail(error)
      },
    }
  }
}
