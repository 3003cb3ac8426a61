/** Snapshot files on runtimes that have none. */
import type { OpenSnapshotFile } from './snapshot-file.js'

export const openSnapshotFile: OpenSnapshotFile = () => {
  throw new TypeError("snapshotFile needs a runtime with Node's file system: leave the option out here")
}
