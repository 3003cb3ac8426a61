/** An environment that reads a fake CloudBees as the relay would run it. */
import { type JsonObject, vendors } from '@switchyard/engine'
import { expect } from 'vitest'
import { type FakeCloudBees, experiment, startFakeCloudBees } from '../../../../test/upstreams/fake-cloudbees.js'
import { createEnvironment } from '../../../src/environments/create-environment.js'
import type { RunningEnvironment } from '../../../src/environments/running-environment.js'
import { createLogger } from '../../../src/telemetry/logger.js'
import { createCloudBeesSource, type CloudBeesSourceOptions } from '../../../src/vendors/cloudbees/source.js'

export interface Running {
  readonly environment: RunningEnvironment
  /** Everything that was logged. */
  readonly log: readonly string[]
  /** The code of the last failure. */
  error(): string | undefined
  /** What the flag answers somebody, undefined where nothing is served. */
  value(flagKey?: string, context?: JsonObject): unknown
}

export const distinctId = '3f9c2b7a41d84e0f9a6c5d1e2b3f4a5c'

let closing: (() => Promise<void>)[] = []

/** Ends everything that was started here; for `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const close of closing.toReversed()) await close()
  closing = []
}

/** One flag, `flag`, with that value. */
export function configuration(value: string): {
  readonly experiments: readonly object[]
  readonly targetGroups: readonly object[]
} {
  return { experiments: [experiment('flag', `"${value}"`)], targetGroups: [] }
}

export async function startFake(value = 'a'): Promise<FakeCloudBees> {
  const fake = await startFakeCloudBees(configuration(value))
  closing.push(() => fake.close())
  return fake
}

/** Waits until it is so, for longer than even a busy machine needs. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 10_000, interval: 10 })
}

/** Short times, and pauses of nothing. */
export function run(fake: FakeCloudBees, options: Partial<CloudBeesSourceOptions> = {}): Running {
  const { baseUrl, apiUrl, realtimeUrl, environmentKey } = fake
  const source = createCloudBeesSource({
    type: 'cloudbees',
    environmentKey,
    baseUrl,
    apiUrl,
    realtimeUrl,
    cdn: true,
    realtime: false,
    verifySignature: true,
    platform: 'C',
    sdkVersion: '5.0.0',
    apiVersion: '1.9.0',
    headers: {},
    connectTimeoutMs: 1_000,
    timeoutMs: 1_000,
    maxDocumentBytes: 1024 * 1024,
    pollIntervalMs: 20,
    distinctId,
    random: () => 0,
    ...options,
  })
  const vendor = vendors.get('cloudbees')
  if (vendor === undefined) throw new Error('the engine does not read CloudBees')
  const log: string[] = []
  const destination = { write: (line: string) => log.push(line) }
  const logger = createLogger({ level: 'debug', format: 'json', destination, now: Date.now })
  const environment = createEnvironment({ name: 'prod', source, vendor, now: Date.now, logger })
  const abort = new AbortController()
  const ended = environment.run(abort.signal)
  closing.push(() => {
    abort.abort()
    return ended
  })
  return {
    environment,
    log,
    error: () => environment.status().lastError?.code,
    value: (flagKey = 'flag', context = {}) =>
      environment.served?.snapshot.evaluate(flagKey, { targetingKey: 'u', ...context }, { nowMs: 0, random: () => 0 })
        .value,
  }
}

/** A fake that has been read once. */
export async function start(
  options: Partial<CloudBeesSourceOptions> = {},
): Promise<{ readonly fake: FakeCloudBees; readonly running: Running }> {
  const fake = await startFake()
  const running = run(fake, options)
  await eventually(() => running.environment.served).not.toBeNull()
  return { fake, running }
}
