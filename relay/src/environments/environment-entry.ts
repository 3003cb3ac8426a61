/** An environment with all that belongs to it, made from its configuration. */
import { isDeepStrictEqual } from 'node:util'
import type { EnvironmentConfiguration } from '../config/configuration.js'
import type { SnapshotLine } from '../store/snapshot-store.js'
import type { Logger } from '../telemetry/logger.js'
import { createEnvironment } from './create-environment.js'
import type { Stores } from './create-stores.js'
import type { DirectoryEntry } from './directory.js'
import { keepSnapshots, type SnapshotKeeper } from './keep-snapshots.js'
import type { EnvironmentSettings, EnvironmentUpstream, RunningEnvironment } from './running-environment.js'
import { shareUpstream, type SharedUpstream } from './share-upstream.js'
import type { ReadableUsage } from './usage-counter.js'
import { createUpstream, lineOf } from './upstream.js'

export interface EnvironmentEntry extends DirectoryEntry {
  readonly environment: RunningEnvironment
  readonly keeper: SnapshotKeeper
  /** null where there is no Redis. */
  readonly replica: SharedUpstream | null
  /** Whether the relay is ready only when this environment has data. */
  readonly required: boolean
}

export interface EntrySurroundings {
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly logger: Logger
  readonly stores: Stores
  /** Where an environment counts its answers; undefined: by itself. */
  readonly usageOf: (environment: string) => ReadableUsage | undefined
}

/**
 * Creates an environment that serves nothing yet, and begins to keep what it will serve.
 *
 * @throws RelayError CONFIG_INVALID for an upstream that is not spoken
 */
export async function createEntry(
  configured: EnvironmentConfiguration,
  surroundings: EntrySurroundings,
): Promise<EnvironmentEntry> {
  const { now, logger, stores } = surroundings
  const { upstream, replica, line } = await prepareUpstream(configured, surroundings)
  const usage = surroundings.usageOf(configured.name)
  const environment = createEnvironment({
    name: configured.name,
    ...(usage === undefined ? {} : { usage }),
    ...upstream,
    ...settingsOf(configured),
    isOrdered: stores.all.length > 0,
    now,
    logger,
  })
  replica?.attach(environment)
  const keeper = keepSnapshots({ environment, line, stores: stores.all, replica, now, logger })
  return { environment, keeper, replica, ...accessOf(configured) }
}

/** An upstream that may take the place of another one. */
export interface PreparedUpstream {
  readonly upstream: EnvironmentUpstream
  readonly replica: SharedUpstream | null
  readonly line: SnapshotLine
}

/**
 * Creates an upstream. Nothing is read or connected yet.
 *
 * @throws RelayError CONFIG_INVALID for one that is not spoken
 */
export async function prepareUpstream(
  { name, upstream: options }: EnvironmentConfiguration,
  { now, logger, stores: { shared } }: EntrySurroundings,
): Promise<PreparedUpstream> {
  const upstream = await createUpstream(options, now)
  const line = lineOf(name, options)
  if (shared === null) return { upstream, replica: null, line }
  const replica = shareUpstream({
    ...upstream,
    lease: shared.lease(line),
    store: shared.store,
    line,
    now,
    logger: logger.child({ environment: name }),
  })
  return { upstream: { ...upstream, source: replica.source, fence: replica.fence }, replica, line }
}

/** What an environment's configuration says that counts from one moment to the next. */
export function adjustEntry(entry: EnvironmentEntry, configured: EnvironmentConfiguration): EnvironmentEntry {
  entry.environment.adjust(settingsOf(configured))
  return { ...entry, ...accessOf(configured) }
}

/**
 * Gives an environment another upstream, while none runs. Where its snapshots are another line from now on, the ones of the line before
 * stay where they are.
 */
export async function replaceUpstream(
  entry: EnvironmentEntry,
  { upstream, replica, line }: PreparedUpstream,
  { before, surroundings, deadlineMs }: Replacement,
): Promise<EnvironmentEntry> {
  const { environment } = entry
  const { now, logger, stores } = surroundings
  const isSameLine = isDeepStrictEqual(lineOf(before.name, before.upstream), line)
  environment.takeUpstream(upstream, isSameLine)
  replica?.attach(environment)
  if (isSameLine && replica === null) return entry
  await entry.keeper.close(deadlineMs)
  const keeper = keepSnapshots({ environment, line, stores: stores.all, replica, now, logger })
  await keeper.restore(deadlineMs)
  return { ...entry, replica, keeper }
}

interface Replacement {
  readonly before: EnvironmentConfiguration
  readonly surroundings: EntrySurroundings
  /** How long the stores may take to write and to read. */
  readonly deadlineMs: number
}

function settingsOf({ cors, freshness, maxLossPercent }: EnvironmentConfiguration): EnvironmentSettings {
  return {
    corsOrigins: cors.origins,
    thresholds: freshness,
    ...(maxLossPercent === undefined ? {} : { maxLossPercent }),
  }
}

function accessOf(
  configured: EnvironmentConfiguration,
): Pick<EnvironmentEntry, 'serverKeys' | 'clientKeys' | 'required'> {
  const { serverKeys, clientKeys, required } = configured
  return { serverKeys, clientKeys, required }
}
