/** From the configuration to the stores that keep snapshots. One entry for each kind of store. */
import type { Configuration } from '../config/configuration.js'
import { createDiskStore } from '../store/disk-store.js'
import type { SnapshotStore } from '../store/snapshot-store.js'

/** Creates the stores that the configuration names. Nothing is read or connected yet. */
export function createStores(
  { snapshots: { directory, keep }, stateSecret }: Pick<Configuration, 'snapshots' | 'stateSecret'>,
  now: () => number,
): readonly SnapshotStore[] {
  if (directory === undefined) return []
  return [createDiskStore({ directory, keep, now, ...(stateSecret === undefined ? {} : { secret: stateSecret }) })]
}
