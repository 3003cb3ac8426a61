/** From the configuration to the stores that keep snapshots. One entry for each kind of store. */
import type { SnapshotStore } from '../store/snapshot-store.js'

/** Creates the stores that the configuration names. Nothing is read or connected yet. */
export function createStores(): readonly SnapshotStore[] {
  return []
}
