/** An environment that reads a fake FeatBit as the relay would run it, with all that its source tells. */
import { type JsonObject, vendors } from '@switchyard/engine'
import { expect } from 'vitest'
import { type Entities, type FakeFeatBit, startFakeFeatBit } from '../../../../test/upstreams/fake-featbit.js'
import { createEnvironment } from '../../../src/environments/create-environment.js'
import type { RunningEnvironment } from '../../../src/environments/running-environment.js'
import type { RelayError } from '../../../src/relay-error.js'
import { createLogger } from '../../../src/telemetry/logger.js'
import { createFeatBitSource, type FeatBitSourceOptions } from '../../../src/vendors/featbit/source.js'

export interface Running {
  readonly environment: RunningEnvironment
  /** Failures in their order. */
  readonly failures: readonly RelayError[]
  /** Everything that was logged. */
  readonly log: readonly string[]
  /** What the flag answers somebody, undefined where nothing is served or it is not known. */
  value(flagKey: string, context?: JsonObject): unknown
  stop(): Promise<void>
}

/** Waits until it is so, for longer than even a busy machine needs. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 10_000 })
}

let closing: (() => Promise<void>)[] = []

/** Ends everything that was started here; for `afterEach`. */
export async function stopAll(): Promise<void> {
  for (const close of closing.toReversed()) await close()
  closing = []
}

export async function startFake(entities: Entities): Promise<FakeFeatBit> {
  const fake = await startFakeFeatBit(entities)
  closing.push(() => fake.close())
  return fake
}

/** Short times, which a busy machine can keep, and pauses of nothing. */
export function run(upstream: { readonly baseUrl: string }, options: Partial<FeatBitSourceOptions> = {}): Running {
  const failures: RelayError[] = []
  const log: string[] = []
  const source = createFeatBitSource({
    type: 'featbit',
    serverSecret: 'khJkyUTjDE6pbCi_oqpfNgU708epZucEqvFutWPkRupw',
    baseUrl: upstream.baseUrl,
    headers: {},
    connectTimeoutMs: 500,
    timeoutMs: 1_000,
    maxDocumentBytes: 1024 * 1024,
    streaming: true,
    pingIntervalMs: 250,
    pollIntervalMs: 20,
    fullSyncIntervalMs: 60_000,
    missingAttributes: 'empty-string',
    now: Date.now,
    random: () => 0,
    ...options,
  })
  const vendor = vendors.get('featbit')
  if (vendor === undefined) throw new Error('the engine does not read FeatBit')
  const environment = createEnvironment({
    name: 'prod',
    vendor,
    source: {
      description: source.description,
      run: (sink, signal) =>
        source.run({ ...sink, failed: (error) => (failures.push(error), sink.failed(error)) }, signal),
    },
    now: Date.now,
    logger: createLogger({
      level: 'debug',
      format: 'json',
      destination: { write: (line) => log.push(line) },
      now: Date.now,
    }),
  })
  const abort = new AbortController()
  const ended = environment.run(abort.signal)
  const stop = (): Promise<void> => {
    abort.abort()
    return ended
  }
  closing.push(stop)
  return {
    environment,
    failures,
    log,
    value: (flagKey, context = {}) =>
      environment.served?.snapshot.evaluate(flagKey, { targetingKey: 'u', ...context }, { nowMs: 0, random: () => 0 })
        .value,
    stop,
  }
}
