/** From the configuration to the stores that keep snapshots. One entry for each kind of store. */
import { randomUUID } from 'node:crypto'
import type { Configuration } from '../config/configuration.js'
import { createDiskStore } from '../store/disk-store.js'
import { connectRedis, type RedisConnection } from '../store/redis/connection.js'
import { createLease, type Lease } from '../store/redis/lease.js'
import { createRedisStore } from '../store/redis/redis-store.js'
import type { SnapshotLine, SnapshotStore } from '../store/snapshot-store.js'

export interface Stores {
  readonly all: readonly SnapshotStore[]
  /** What replicas share; null where each is by itself. */
  readonly shared: SharedStore | null
}

export interface SharedStore {
  readonly store: SnapshotStore
  readonly connection: RedisConnection
  lease(line: SnapshotLine): Lease
}

type StoreConfiguration = Pick<Configuration, 'snapshots' | 'stateSecret' | 'redis'>

/** Creates the stores that the configuration names, and begins to connect. Nothing is read yet. */
export async function createStores(configuration: StoreConfiguration, now: () => number): Promise<Stores> {
  const { snapshots, stateSecret } = configuration
  const { directory, keep } = snapshots
  const secret = stateSecret === undefined ? {} : { secret: stateSecret }
  const disk = directory === undefined ? [] : [createDiskStore({ directory, keep, now, ...secret })]
  const shared = await createShared(configuration)
  return { all: shared === null ? disk : [...disk, shared.store], shared }
}

async function createShared({ redis, snapshots, stateSecret }: StoreConfiguration): Promise<SharedStore | null> {
  if (redis === undefined) return null
  const connection = await connectRedis(redis)
  const { prefix, leaseMs } = redis
  const common = { connection, prefix, holder: randomUUID() }
  const secret = stateSecret === undefined ? {} : { secret: stateSecret }
  const store = createRedisStore({ ...common, keep: snapshots.keep, ...secret })
  return { store, connection, lease: (line) => createLease({ ...common, leaseMs, line }) }
}
