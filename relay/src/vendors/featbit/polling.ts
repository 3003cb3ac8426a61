/** FeatBit by polling: changes since the last answer, and everything now and then. */
import { RelayError } from '../../relay-error.js'
import type { HttpClient } from '../http/client.js'
import { parseJsonObject } from '../http/json-body.js'
import { createPoller } from '../http/poll.js'
import type { Line } from './line.js'
import { isPatch } from './replica.js'

/** Polls until the signal aborts. */
export async function poll(line: Line, client: HttpClient, signal: AbortSignal): Promise<void> {
  const { options, sink, random } = line
  const poller = createPoller({
    intervalMs: options.pollIntervalMs,
    attempt: async (until) => {
      if (await look(line, client, until)) poller.wake()
    },
    failed: (error) => sink.failed(error),
    random,
  })
  await poller.run(signal)
}

/** @returns whether a change has shown that something is missing, so that everything is to be asked for at once */
async function look(line: Line, client: HttpClient, signal: AbortSignal): Promise<boolean> {
  const { options, replica, sink, clock } = line
  const since = replica.isFullSyncDue() ? 0 : replica.version
  const url = new URL(`${options.baseUrl}/api/public/sdk/server/latest-all?timestamp=${since}`)
  const answer = await client.get(url, { authorization: options.serverSecret }, signal)
  if (signal.aborted) return false
  clock.observe(answer.header('date'))
  if (answer.status === 304 || answer.body.length === 0) {
    if (since === 0) throw malformed('nothing is said to have changed, though everything was asked for')
    sink.unchanged()
    return false
  }
  const payload = parseJsonObject(answer.body)
  if (!isPatch(payload)) {
    replica.replace(payload)
    return false
  }
  if (!replica.apply(payload)) throw malformed('a patch came, though everything was asked for')
  return since !== 0 && replica.isFullSyncDue()
}

function malformed(message: string): RelayError {
  return new RelayError('UPSTREAM_MALFORMED', message, { retryable: true })
}
