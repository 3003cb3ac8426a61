/** `version` in flag metadata: which revision answered. OpenTelemetry's hooks make `feature_flag.version` of it. */
import type { Metadata } from '../ofrep/index.js'

/**
 * Puts that version into metadata that has none of its own. The same metadata gives the same object each time.
 *
 * @param version empty for none
 */
export function createVersionStamp(version: string): (metadata: Metadata) => Metadata {
  const stamped = new WeakMap<Metadata, Metadata>()
  return (metadata) => {
    if (version === '' || metadata['version'] !== undefined) return metadata
    let known = stamped.get(metadata)
    if (known === undefined) {
      known = Object.freeze({ ...metadata, version })
      stamped.set(metadata, known)
    }
    return known
  }
}
