/** A management plane over environments that serve documents of flagd. */
import { vendors } from '@switchyard/engine'
import request from 'supertest'
import { onTestFinished } from 'vitest'
import { createEnvironment } from '../../src/environments/create-environment.js'
import { keepSnapshots } from '../../src/environments/keep-snapshots.js'
import { createManagementServer } from '../../src/management/server.js'
import { createLogger } from '../../src/telemetry/logger.js'
import { createUsageLane } from '../../src/usage/usage-lane.js'
import type { SourceSink } from '../../src/vendors/source.js'
import { noReloads } from '../reload/no-reloads.js'

/** The time at which it all happens, epoch milliseconds. */
const nowMs = Date.UTC(2026, 0, 31, 12)

export interface PlaneOptions {
  /** What each environment serves; null: no data yet. */
  readonly documents: Readonly<Record<string, unknown>>
  /** Exposes the plane, too. */
  readonly token?: string | undefined
  readonly allowsChanges?: boolean
}

/** Starts a plane that ends with the test. */
export async function startPlane({ documents, token, allowsChanges = false }: PlaneOptions) {
  const lines: string[] = []
  const destination = { write: (line: string) => lines.push(line) }
  const logger = createLogger({ level: 'debug', format: 'json', destination, now: () => nowMs })
  const environments = Object.entries(documents).map(([name, served]) => {
    const run = async (sink: SourceSink): Promise<void> => {
      if (served !== null) sink.document(served, {})
    }
    const vendor = vendors.get('flagd')
    if (vendor === undefined) throw new Error('there is no flagd')
    const source = { description: 'test', run }
    const environment = createEnvironment({ name, vendor, source, now: () => nowMs, logger })
    void environment.run(new AbortController().signal)
    const line = { vendor: 'flagd', upstream: 'test', name }
    const keeper = keepSnapshots({ environment, line, stores: [], now: () => nowMs, logger })
    onTestFinished(() => keeper.close(0))
    return { environment, required: true, keys: [], keeper }
  })
  const usage = createUsageLane()
  const server = createManagementServer({
    isExposed: token !== undefined,
    isHostAllowed: (name) => name === '127.0.0.1',
    ...(token === undefined ? {} : { isToken: (presented: string) => presented === token }),
    status: {
      version: '1.2.3',
      startedAtMs: nowMs,
      now: () => nowMs,
      environments,
      usage,
      isDraining: () => false,
      allowsChanges,
      reloads: () => noReloads,
    },
    metrics: () => Promise.reject(new Error('no metrics here')),
    logger,
  })
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [first] = environments
  return { ask: request(server), server, lines, usage, first, revision: first?.environment.served?.revision }
}
