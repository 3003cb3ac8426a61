/** The data plane by workers: what of the configuration they need, and what they count. Loaded only where there are workers. */
import { createSharedTickets, type SharedTickets } from './shared-tickets.js'
import type { PlaneMaker, PlaneSurroundings, ServedEntry } from './serving-plane.js'
import type { WorkerConfiguration, WorkerEnvironment } from './messages.js'
import { createSummedCounts } from './summed-counts.js'
import { createWorkerPool } from './worker-pool.js'

/** @param program what a worker's process runs, the program and its arguments */
export function createWorkerPlane(count: number, program: readonly [file: string, ...args: string[]]): PlaneMaker {
  const counts = createSummedCounts()
  return {
    usageOf: (environment) => counts.usageOf(environment),
    create(surroundings) {
      const { version, entries, usage, logger, now } = surroundings
      const environments = entries.map(({ environment }) => environment)
      const shared = createSharedTickets()
      const configuration = configurationOf(surroundings, shared)
      const pool = createWorkerPool({
        count,
        program,
        version,
        configuration,
        environments,
        counts,
        usage,
        now,
        logger,
      })
      return {
        counters: counts.counters,
        workers: () => pool.workers,
        refresh: () => pool.refresh(),
        listen: () => pool.listen(),
        serve(others, settings) {
          const served = others.map(({ environment }) => environment)
          pool.serve({ environments: others.map(workerEnvironment), settings: shared(settings) }, served)
        },
        failed: pool.failed,
        close: (timeoutMs) => pool.close(timeoutMs),
      }
    },
  }
}

function configurationOf({ configuration, entries }: PlaneSurroundings, shared: SharedTickets): WorkerConfiguration {
  const { server, log, tracing } = configuration
  return {
    server: shared(server),
    log,
    ...(tracing === undefined ? {} : { tracing }),
    environments: entries.map(workerEnvironment),
  }
}

function workerEnvironment({ environment, serverKeys, clientKeys }: ServedEntry): WorkerEnvironment {
  const { name, corsOrigins = [], isOrdered = false } = environment
  return { name, serverKeys, clientKeys, corsOrigins, isOrdered }
}
