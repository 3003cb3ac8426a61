/** What happens when somebody still asks with a key that has expired. */
import type { Logger } from '../telemetry/logger.js'
import type { RefusalCounts } from '../telemetry/refusal-counts.js'
import type { Grant } from './directory.js'

/** Counts each request, and tells the log of each key once: again where its date has changed. */
export function tellOfExpiredUse(
  refusals: Pick<RefusalCounts, 'count'>,
  logger: Pick<Logger, 'warn'>,
): (grant: Grant) => void {
  /** The dates that were told, by the keys' digests. */
  const told = new Map<string, number | null>()
  return ({ key: { digest, masked, validUntilMs }, access: { environment, audience } }) => {
    refusals.count('expired-key')
    if (told.get(digest) === validUntilMs) return
    told.set(digest, validUntilMs)
    const validUntil = new Date(validUntilMs ?? 0).toISOString()
    logger.warn(
      { environment: environment.name, audience, masked, validUntil },
      'a key that has expired is still in use',
    )
  }
}
