/**
 * Where FeatBit environments come from: the WebSocket that FeatBit's own server SDKs use, and polling while that cannot be had
 * or is not wanted.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createHttpClient, type HttpClient } from '../http/client.js'
import { createStandIn } from '../http/stand-in.js'
import type { Source } from '../source.js'
import type { Line } from './line.js'
import type { FeatBitOptions } from './options.js'
import { poll } from './polling.js'
import { createReplica } from './replica.js'
import { follow } from './stream.js'
import { createTokenClock } from './token-clock.js'

export interface FeatBitSourceOptions extends FeatBitOptions {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** `0 <= random() < 1` */
  readonly random: () => number
}

const firstPauseMs = 1_000
const longestPauseMs = 60_000

export function createFeatBitSource(options: FeatBitSourceOptions): Source {
  const { baseUrl, streaming, fullSyncIntervalMs, now, random } = options
  return {
    description: `${baseUrl}${streaming ? '/streaming' : '/api/public/sdk/server/latest-all'}`,
    async run(sink, signal) {
      const replica = createReplica({ sink, fullSyncIntervalMs, now })
      const line: Line = { options, replica, sink, clock: createTokenClock(now), random }
      const client = createHttpClient(options)
      try {
        await (streaming ? stream(line, client, signal) : poll(line, client, signal))
      } finally {
        await client.close()
      }
    },
  }
}

/** Connects again and again until the signal aborts; polls from a failure to connect until everything has come by WebSocket. */
async function stream(line: Line, client: HttpClient, signal: AbortSignal): Promise<void> {
  const polling = createStandIn((until) => poll(line, client, until), signal)
  let failures = 0
  while (!signal.aborted) {
    const ended = await follow(line, () => polling.stop(), signal)
    if (ended === null) break
    const { error, isRefused, wasSteady } = ended
    failures = wasSteady ? 1 : failures + 1
    if (isRefused) {
      // FeatBit's polling endpoint hardly checks the secret: it would let in whom the WebSocket has refused.
      polling.stop()
      line.clock.refused()
    }
    // While polling works, that there is still no WebSocket is no news. An unusable document was told by who found it so.
    if (!polling.isRunning && error.code !== 'DOCUMENT_INVALID') line.sink.failed(error)
    if (!isRefused && !wasSteady) polling.start()
    const window = Math.min(longestPauseMs, firstPauseMs * 2 ** (Math.min(failures, 16) - 1))
    await delay(Math.max(error.retryAfterMs ?? 0, window * line.random()), undefined, { signal }).catch(() => undefined)
  }
  await polling.ended
}
