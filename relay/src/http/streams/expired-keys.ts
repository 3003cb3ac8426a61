/** Ends the streams of keys whose date has come. */
import type { LiveDirectory } from '../../environments/directory.js'
import type { Streams } from './streams.js'

/** How late a stream may end. Short, and not a timer until the date: clocks are put right, and machines sleep. */
const lookIntervalMs = 1_000

/** Looks once a second, at every open stream where a key has expired: that is a look-up for each. */
export function endStreamsOfExpiredKeys(
  directory: Pick<LiveDirectory, 'hasExpired'>,
  streams: Pick<Streams, 'renew'>,
): { close(): void } {
  const look = (): void => {
    if (directory.hasExpired()) streams.renew()
  }
  const timer = setInterval(look, lookIntervalMs).unref()
  return { close: () => clearInterval(timer) }
}
