/** What serves the data plane: this process alone, or workers. The rest of the relay need not know which. */
import type { Configuration } from '../config/configuration.js'
import type { DirectoryEntry } from '../environments/directory.js'
import type { RunningEnvironment } from '../environments/running-environment.js'
import type { ReadableUsage } from '../environments/usage-counter.js'
import type { LiveSettings } from '../http/live-settings.js'
import { addressOf, listen } from '../listen.js'
import type { RelayError } from '../relay-error.js'
import type { Logger } from '../telemetry/logger.js'
import type { Tracing } from '../telemetry/tracing/tracing.js'
import type { WorkerReading } from '../telemetry/worker-reading.js'
import type { UsageLane } from '../usage/usage-lane.js'
import { assemblePlane, createPlaneParts } from './assemble-plane.js'
import type { PlaneCounters } from './plane-reading.js'
import { workersForAuto } from './worker-count.js'

export interface ServingPlane {
  readonly counters: PlaneCounters
  /** null where this process serves. */
  readonly workers: (() => readonly WorkerReading[]) | null
  /** Brings the counters up to date; soon, and without fail. */
  refresh(): Promise<void>
  /**
   * Takes connections from now on.
   *
   * @returns where applications ask
   * @throws RelayError LISTEN_FAILED, or WORKERS_FAILED
   */
  listen(): Promise<string>
  /** From now on these environments and keys count. */
  serve(entries: readonly ServedEntry[], settings: LiveSettings): void
  /** Resolves if, after that, the data plane is lost for good. */
  readonly failed: Promise<RelayError>
  /** Lets requests under way end, and cuts those that have not after that many milliseconds. */
  close(timeoutMs: number): Promise<void>
}

/** What a data plane is made of. */
export interface PlaneSurroundings {
  readonly configuration: Configuration
  readonly version: string
  readonly entries: readonly ServedEntry[]
  readonly usage: UsageLane
  readonly tracing: Tracing | null
  readonly logger: Logger
  /** Epoch milliseconds. */
  readonly now: () => number
}

export interface ServedEntry extends DirectoryEntry {
  readonly environment: RunningEnvironment
}

/** Makes the data plane in two steps, because environments count in it, and it serves environments. */
export interface PlaneMaker {
  /** Where an environment counts its answers; undefined: by itself. */
  usageOf(environment: string): ReadableUsage | undefined
  create(surroundings: PlaneSurroundings): ServingPlane
}

/**
 * Chooses by the configuration. What workers need is loaded where there are any.
 *
 * @param program what a worker's process runs, the program and its arguments
 * @throws TypeError where there are to be workers, and nothing for them to run
 */
export async function choosePlane(
  { workers }: Configuration,
  program: readonly [file: string, ...args: string[]] | undefined,
): Promise<PlaneMaker> {
  const count = workers === 'auto' ? workersForAuto() : workers
  if (count === 1) return { usageOf: () => undefined, create: serveHere }
  if (program === undefined) throw new TypeError('without a program there are no workers')
  const { createWorkerPlane } = await import('./worker-plane.js')
  return createWorkerPlane(count, program)
}

function serveHere({ configuration: { server }, ...surroundings }: PlaneSurroundings): ServingPlane {
  const parts = createPlaneParts(server)
  const plane = assemblePlane({ server, parts, ...surroundings })
  return {
    counters: parts,
    workers: null,
    refresh: () => Promise.resolve(),
    async listen() {
      await listen(plane.server, 'server', server)
      // Running out of file descriptors must refuse a connection and not end the relay.
      plane.server.on('error', (error) => surroundings.logger.error({ error }, 'a connection could not be accepted'))
      return addressOf(plane.server).url
    },
    serve: (entries, settings) => plane.serve(entries, settings),
    failed: new Promise(() => undefined),
    close: (timeoutMs) => plane.close(timeoutMs),
  }
}
