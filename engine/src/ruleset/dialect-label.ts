import type { Dialect } from './dialect.js'

/** Major version of the format that this engine writes and reads (rule V1). */
export const formatVersion = 1

/**
 * A dialect as rulesets name it in `dialects`, and readers in their requests: `flagd` is its version 1, `flagd@2` the second.
 * A version adds operators and never changes one (rule V5).
 */
export function dialectLabel({ name, version }: Pick<Dialect, 'name' | 'version'>): string {
  return version === 1 ? name : `${name}@${version}`
}
