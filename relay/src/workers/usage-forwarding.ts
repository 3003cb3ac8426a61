/** The lane back, from a worker to the primary: which batches have come before is known in one place only. */
import type { UsageIntake } from '../usage/usage-lane.js'
import type { FromWorker } from './messages.js'

/** Sends a message; calls back when it has left the process. */
export type SendFromWorker = (message: FromWorker, left?: () => void) => void

/** Batches that have not left the process yet; more than that come from a primary that does not read. */
const maxWaiting = 1_000

/** Creates an intake that keeps nothing. It refuses while too much waits to be sent; providers then try again. */
export function forwardUsage(send: SendFromWorker, limit: number = maxWaiting): UsageIntake {
  let waiting = 0
  const forward = (message: FromWorker): boolean => {
    if (waiting >= limit) return false
    waiting += 1
    send(message, () => {
      waiting -= 1
    })
    return true
  }
  return {
    accept: (environment, _snapshot, batch) => forward({ type: 'usage', environment, batch }),
    refused: (environment) => void forward({ type: 'usage-refused', environment }),
  }
}
