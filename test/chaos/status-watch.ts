/** What `/status` says of an environment: once, or all that it says over a time. */
import type { EnvironmentView, Relay } from './stage.js'

/** The state, why it is not `fresh`, why something is held back, what the replica does, and which stores fail, in one line. */
function lineOf({ state, lastError, held, replica, stores }: EnvironmentView): string {
  const failing = stores
    .filter((store) => store.state === 'failing')
    .map(({ name, lastError: error }) => `${name} failing: ${error?.code}`)
  const why = state === 'fresh' || lastError === null ? [] : [lastError.code]
  const holding = held === null ? [] : [`held: ${held.reason}`]
  return [state, ...why, ...holding, ...(replica === undefined ? [] : [replica.role]), ...failing].join(', ')
}

export async function saidBy(relay: Relay): Promise<string> {
  return lineOf(await relay.status())
}

export interface StatusWatch {
  /** Ends it: everything that was said, each change once, in order. */
  stop(): Promise<string>
}

const pauseMs = 5

/** Asks again and again until it is stopped or the relay has ended. A relay that does not answer says nothing. */
export function watchStatus(relay: Relay): StatusWatch {
  const heard: string[] = []
  const stopping = new AbortController()
  const look = async (): Promise<void> => {
    while (!stopping.signal.aborted && relay.child.exitCode === null && relay.child.signalCode === null) {
      const line = await saidBy(relay).catch(() => null)
      if (line !== null && line !== heard.at(-1)) heard.push(line)
      await new Promise((done) => setTimeout(done, pauseMs))
    }
  }
  const ended = look()
  return {
    async stop() {
      stopping.abort()
      await ended
      return heard.join(' → ')
    },
  }
}
