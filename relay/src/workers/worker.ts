/** The life of one worker: it serves the data plane with what the primary tells, until the primary tells it to end. */
import type { DataPlane } from '../http/server.js'
import { addressOf, listen } from '../listen.js'
import { RelayError } from '../relay-error.js'
import { createLogger, type Logger } from '../telemetry/logger.js'
import type { Tracing } from '../telemetry/tracing/tracing.js'
import { assemblePlane, createPlaneParts, loadTracing, type PlaneParts } from './assemble-plane.js'
import { followEnvironment, type FollowedEnvironment } from './followed-environment.js'
import type { FromWorker, ToWorker, WorkerEnvironment, WorkerServing, WorkerStart } from './messages.js'
import { readPlane } from './plane-reading.js'
import { forwardUsage, type SendFromWorker } from './usage-forwarding.js'

/** The way to the primary. */
export interface WorkerChannel {
  readonly send: SendFromWorker
  /** Calls back with each message, in order. */
  onMessage(listener: (message: ToWorker) => void): void
  /** Nothing more is said: the process may end. */
  close(): void
}

export interface WorkerOptions {
  readonly channel: WorkerChannel
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly log: { write(line: string): unknown }
}

/** Works until it is told to drain, and has. Rejects only because of a mistake in Switchyard. */
export function runWorker(options: WorkerOptions): Promise<void> {
  const { channel } = options
  return new Promise((resolve, reject) => {
    let started: Promise<Worker> | null = null
    channel.onMessage((message) => {
      if (message.type === 'start') started = createWorker(message.start, options)
      else void started?.then((worker) => worker.take(message, resolve)).catch(reject)
    })
    channel.send({ type: 'ready' })
  })
}

type LaterMessage = Exclude<ToWorker, { readonly type: 'start' }>

async function createWorker(start: WorkerStart, { channel, now, log }: WorkerOptions): Promise<Worker> {
  const { version, configuration } = start
  const logger = createLogger({ ...configuration.log, destination: log, now }).child({ worker: start.worker })
  const follow = (each: WorkerEnvironment): FollowedEnvironment => followEnvironment({ ...each, now, logger })
  const entries = configuration.environments.map((each) => ({ ...each, environment: follow(each) }))
  const parts = createPlaneParts(configuration.server)
  const tracing = await loadTracing(configuration, version, logger)
  const { server } = configuration
  const usage = forwardUsage(channel.send)
  const plane = assemblePlane({ server, version, entries, parts, usage, tracing, logger, now })
  const environments = new Map(entries.map(({ name, environment }) => [name, environment]))
  return new Worker({ start, channel, environments, follow, parts, plane, tracing, logger })
}

interface WorkerParts {
  readonly start: WorkerStart
  readonly channel: WorkerChannel
  readonly environments: Map<string, FollowedEnvironment>
  /** Creates an environment that has come. */
  readonly follow: (environment: WorkerEnvironment) => FollowedEnvironment
  readonly parts: PlaneParts
  readonly plane: DataPlane
  readonly tracing: Tracing | null
  readonly logger: Logger
}

class Worker {
  readonly #parts: WorkerParts

  constructor(parts: WorkerParts) {
    this.#parts = parts
  }

  /** @param ended called when the worker has drained */
  async take(message: LaterMessage, ended: () => void): Promise<void> {
    switch (message.type) {
      case 'environment': {
        const environment = this.#parts.environments.get(message.update.environment)
        if (environment !== undefined) this.#send({ type: 'applied', applied: environment.apply(message.update) })
        return
      }
      case 'serve':
        return this.#serve(message.serving)
      case 'listen':
        return this.#listen(message.port)
      case 'read':
        return this.#report()
      case 'drain':
        await this.#drain(message.timeoutMs)
        return ended()
    }
  }

  #serve({ environments: configured, settings }: WorkerServing): void {
    const { environments, follow, plane } = this.#parts
    const entries = configured.map((each) => {
      const environment = environments.get(each.name) ?? follow(each)
      environment.corsOrigins = each.corsOrigins
      return { ...each, environment }
    })
    environments.clear()
    for (const { name, environment } of entries) environments.set(name, environment)
    plane.serve(entries, settings)
  }

  async #listen(port: number): Promise<void> {
    const { plane, start, logger } = this.#parts
    const { host } = start.configuration.server
    try {
      await listen(plane.server, 'server', { host, port })
    } catch (error) {
      if (!(error instanceof RelayError)) throw error
      return this.#send({ type: 'failed', code: error.code, message: error.message })
    }
    plane.server.on('error', (error) => logger.error({ error }, 'a connection could not be accepted'))
    this.#send({ type: 'listening', url: addressOf(plane.server).url })
  }

  async #drain(timeoutMs: number): Promise<void> {
    await this.#parts.plane.close(timeoutMs)
    await this.#parts.tracing?.close()
    await new Promise<void>((resolve) => this.#report(resolve))
    this.#parts.channel.close()
  }

  #report(left?: () => void): void {
    const { parts, environments } = this.#parts
    const { user, system } = process.cpuUsage()
    const resources = { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() }
    this.#send({ type: 'counts', counts: readPlane(parts, [...environments.values()]), resources }, left)
  }

  #send(message: FromWorker, left?: () => void): void {
    this.#parts.channel.send(message, left)
  }
}
