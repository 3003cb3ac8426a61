/** What the provider last said about itself, so that an event is sent when that changes and only then. */
import type { Failure, TransportResponse } from '../ofrep/index.js'
import { isOldData } from './relay-state.js'

export interface HealthEvents {
  readonly ready: () => void
  readonly stale: () => void
  readonly error: (message: string) => void
}

export interface Health {
  /**
   * Initialisation ended: the SDK says READY or ERROR by itself, nothing is emitted.
   *
   * @param state what the application takes the provider for from now on
   */
  started(state: 'ready' | 'stale' | 'error'): void
  /** The relay answered; the header `Switchyard-State` says whether its data is fresh. */
  answered(response: TransportResponse): void
  /**
   * A request brought no answer. Refused credentials are fatal only at the start: later on they may be a rotation that is
   * under way, and a fatal provider is never asked again.
   */
  failed(failure: Failure): void
  stop(): void
}

export function createHealth(events: HealthEvents): Health {
  let state: 'starting' | 'ready' | 'stale' | 'error' | 'stopped' = 'starting'
  let isStaleAtStart = false

  function answered(isStale: boolean): void {
    if (state === 'stopped') return
    if (state === 'starting') {
      isStaleAtStart = isStale
      return
    }
    const next = isStale ? 'stale' : 'ready'
    if (next === state) return
    state = next
    if (isStale) events.stale()
    else events.ready()
  }

  return {
    started(told) {
      if (state !== 'starting') return
      state = told
      // The SDK says READY once initialisation has ended; what is old must be said after that.
      if (told === 'ready' && isStaleAtStart) setTimeout(() => answered(true), 0)
    },
    answered: (response) => answered(isOldData(response.header('switchyard-state'))),
    failed({ kind, message }) {
      if (kind === 'later' || (state !== 'ready' && state !== 'stale')) return
      state = 'error'
      events.error(message)
    },
    stop() {
      state = 'stopped'
    },
  }
}
