/** One place among the workers: whoever works in it, and whoever takes over when that one dies. */
import cluster, { type Worker } from 'node:cluster'
import type { RunningEnvironment } from '../environments/running-environment.js'
import { RelayError } from '../relay-error.js'
import type { Logger } from '../telemetry/logger.js'
import type { WorkerState } from '../telemetry/worker-reading.js'
import { watchHandovers, type Handover, type Handovers } from './handovers.js'
import type { FromWorker, ToWorker, WorkerServing, WorkerStart } from './messages.js'
import type { PlaneReading } from './plane-reading.js'
import type { WorkerFeed } from './worker-feed.js'

export interface SlotOptions {
  readonly number: number
  /** As it is now: another worker may begin later. */
  readonly start: () => WorkerStart
  /** Never 0. */
  readonly port: () => number
  readonly feed: (send: (message: ToWorker) => void) => WorkerFeed
  /** Whatever the worker tells of others than itself. */
  readonly tell: SlotListener
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
}

export interface SlotListener {
  listening(url: string): void
  counts(reading: PlaneReading): void
  usage(message: Extract<FromWorker, { readonly type: 'usage' | 'usage-refused' }>): void
  /** Connections were on their way to a worker that is gone. */
  left(handovers: readonly Handover[]): void
  /** The process is gone, and with it all that only it knew. */
  gone(): void
  /** It died as soon as it was there, many times in a row. */
  hopeless(error: RelayError): void
}

/** One that lives that long is no failure of the start: its place is taken at once. */
const settledMs = 10_000
const firstPauseMs = 100
const longestPauseMs = 10_000
/** So many deaths right after the start, in a row, are told as hopeless; trying goes on. */
const hopelessDeaths = 6
/** What a worker may take beyond its time to drain. */
const graceMs = 5_000

interface Counted {
  readonly requests: number
  readonly cpuSeconds: number
}

const nothingCounted: Counted = { requests: 0, cpuSeconds: 0 }

export class WorkerSlot {
  readonly number: number
  state: WorkerState = 'starting'
  sinceMs: number
  /** How many have died here. */
  deaths = 0
  residentBytes: number | null = null
  /** Of the one that works now, by its last report. */
  #counted = nothingCounted
  /** Of those that have died. */
  #departed = nothingCounted
  readonly #options: SlotOptions
  #worker: Worker | null = null
  #feed: WorkerFeed | null = null
  #handovers: Handovers | null = null
  #quickDeaths = 0
  #failure: RelayError | null = null
  /** It knows what to serve. */
  #isStarted = false
  #isStopping = false
  #pause: NodeJS.Timeout | undefined
  #ended: () => void = () => undefined
  #reading: Question | null = null

  constructor(options: SlotOptions) {
    this.#options = options
    this.number = options.number
    this.sinceMs = options.now()
  }

  get pid(): number | null {
    return this.#worker?.process.pid ?? null
  }

  /** Of all that have worked here. */
  get counted(): Counted {
    const [now, before] = [this.#counted, this.#departed]
    return { requests: before.requests + now.requests, cpuSeconds: before.cpuSeconds + now.cpuSeconds }
  }

  revisionOf(environment: string): string | null {
    return this.#feed?.revisionOf(environment) ?? null
  }

  /** Begins to work, or to work again. */
  fork(): void {
    this.#enter('starting')
    const worker = cluster.fork()
    const startedAtMs = performance.now()
    this.#worker = worker
    this.#failure = null
    const feed = this.#options.feed((message) => this.#send(message))
    this.#feed = feed
    this.#handovers = watchHandovers(worker.process, (handovers) => this.#options.tell.left(handovers))
    worker.on('message', (message: FromWorker) => this.#take(message, feed))
    // Of the channel: what it means is told by the end of the process.
    worker.on('error', (error) => this.#options.logger.debug({ error }, 'the channel of a worker failed'))
    worker.once('exit', (code, signal) => this.#gone({ code, signal, livedMs: performance.now() - startedAtMs }))
  }

  /** Resolves when the worker has told what it has counted, or has died. At most one question is under way. */
  read(): Promise<void> {
    if (this.#worker === null || this.state === 'starting') return Promise.resolve()
    if (this.#reading === null) {
      this.#reading = question()
      this.#send({ type: 'read' })
    }
    return this.#reading.answered
  }

  /** Other environments or keys count; one that has not begun yet begins with them. */
  serve(serving: WorkerServing, environments: readonly RunningEnvironment[]): void {
    if (this.#isStarted) this.#send({ type: 'serve', serving })
    this.#feed?.follow(environments)
  }

  /**
   * Hands the worker a connection that another one has not taken.
   *
   * @returns whether there is a worker that can have it
   */
  takeOver(handover: Handover): boolean {
    if (this.state !== 'serving' || this.#worker?.isConnected() !== true) return false
    this.#handovers?.send(handover)
    return true
  }

  /** Lets the worker finish what is under way; resolves when its process is gone. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#pause)
    const worker = this.#worker
    if (worker === null) return
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve
    })
    this.#enter('draining')
    this.#send({ type: 'drain', timeoutMs })
    const timer = setTimeout(() => worker.process.kill('SIGKILL'), timeoutMs + graceMs)
    await ended
    clearTimeout(timer)
  }

  #take(message: FromWorker, feed: WorkerFeed): void {
    const { tell, start, port } = this.#options
    switch (message.type) {
      case 'ready':
        this.#isStarted = true
        this.#send({ type: 'start', start: start() })
        return feed.start(() => this.#send({ type: 'listen', port: port() }))
      case 'applied':
        return feed.applied(message.applied)
      case 'listening':
        if (this.state === 'starting') this.#enter('serving')
        return tell.listening(message.url)
      case 'failed':
        this.#failure = new RelayError(message.code, message.message, { retryable: false })
        return void this.#worker?.process.kill('SIGKILL')
      case 'counts':
        this.residentBytes = message.resources.residentBytes
        this.#counted = {
          requests: message.counts.requests.reduce((sum, { count }) => sum + count, 0),
          cpuSeconds: message.resources.cpuSeconds,
        }
        tell.counts(message.counts)
        return this.#hasAnswered()
      case 'usage':
      case 'usage-refused':
        return tell.usage(message)
    }
  }

  #gone(death: { readonly code: number | null; readonly signal: string | null; readonly livedMs: number }): void {
    const { tell, logger } = this.#options
    this.#worker = null
    this.#isStarted = false
    this.#feed?.close()
    this.#feed = null
    this.#departed = this.counted
    this.#counted = nothingCounted
    this.residentBytes = null
    tell.gone()
    this.#hasAnswered()
    this.#enter('dead')
    if (this.#isStopping) return this.#ended()
    this.deaths += 1
    this.#quickDeaths = death.livedMs < settledMs ? this.#quickDeaths + 1 : 0
    const pauseMs =
      this.#quickDeaths === 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(20, this.#quickDeaths - 1))
    const failure = this.#failure === null ? {} : { code: this.#failure.code, reason: this.#failure.message }
    const { code: exitCode, signal } = death
    logger.error({ worker: this.number, exitCode, signal, pauseMs, ...failure }, 'a worker has died: another follows')
    this.#pause = setTimeout(() => this.fork(), pauseMs)
    if (this.#failure !== null || this.#quickDeaths >= hopelessDeaths)
      tell.hopeless(this.#failure ?? hopeless(this.number))
  }

  #hasAnswered(): void {
    this.#reading?.answer()
    this.#reading = null
  }

  #enter(state: WorkerState): void {
    this.state = state
    this.sinceMs = this.#options.now()
  }

  /** To one that is gone, nothing is said. */
  #send(message: ToWorker): void {
    if (this.#worker?.isConnected() === true) this.#worker.send(message, () => undefined)
  }
}

interface Question {
  readonly answered: Promise<void>
  readonly answer: () => void
}

function question(): Question {
  let settle: (() => void) | undefined
  const answered = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { answered, answer: () => settle?.() }
}

function hopeless(worker: number): RelayError {
  const message = `worker ${worker} dies as soon as it is started, ${hopelessDeaths} times in a row; the log says with which code`
  return new RelayError('WORKERS_FAILED', message, { retryable: true })
}
