/** OFREP's event streams of one environment: they say that flags have changed, and clients ask again. */
import type { Access, Environment, Served } from '../../environments/environment.js'
import type { Exchange } from '../exchange.js'
import { Channel, type ChannelSurroundings } from './channel.js'
import type { EventStream } from './event-stream.js'
import { idOf } from './published-ruleset.js'
import { idOnly, revisionOfId, streamEvent, type StreamEvent } from './stream-event.js'

/**
 * A client asks for flags and then opens its stream. A change in between would be lost, so one that is younger than this is told
 * to each new client.
 */
const recentMs = 60_000

/** The event streams of one environment. */
export class ChangeLine {
  readonly #environment: Environment
  readonly #now: () => number
  readonly #channel: Channel
  readonly #leave: () => void
  #event: StreamEvent | null

  constructor(environment: Environment, now: () => number, surroundings: ChannelSurroundings) {
    this.#environment = environment
    this.#now = now
    this.#channel = new Channel(environment.name, 'ofrep', surroundings)
    this.#event = environment.served === null ? null : changeEvent(environment.served)
    this.#leave = environment.onChange((served) => {
      this.#event = changeEvent(served)
      this.#channel.spread()
    })
  }

  open(exchange: Exchange, access: Access): void {
    const lastEventId = exchange.request.headers['last-event-id']
    const { served } = this.#environment
    const isUpToDate = served !== null && this.#has(served, lastEventId === undefined ? null : String(lastEventId))
    this.#channel.open(exchange, access, (stream) => this.#follow(stream, isUpToDate ? served : null))
  }

  close(): void {
    this.#leave()
    this.#channel.close()
  }

  /** Whether the client has heard of the revision, or has just asked for it. */
  #has({ revision, sinceMs }: Served, lastEventId: string | null): boolean {
    if (lastEventId !== null) return revisionOfId(lastEventId) === revision
    return this.#now() - sinceMs >= recentMs
  }

  #follow(stream: EventStream, known: Served | null): () => void {
    if (known !== null) stream.write(idOnly(idOf(known)))
    let sent = known === null ? null : this.#event
    return () => {
      if (this.#event === null || sent === this.#event) return
      sent = this.#event
      stream.send(sent)
    }
  }
}

/**
 * The name is always `message`, what it means is in the data.
 *
 * @see OFREP 0.3.0, event-streams.yaml, and its ADR 0008
 */
function changeEvent(served: Served): StreamEvent {
  const { revision, sinceMs } = served
  const lastModified = Math.floor(sinceMs / 1_000)
  const data = JSON.stringify({ type: 'refetchEvaluation', etag: `"${revision}"`, lastModified })
  return streamEvent({ name: 'message', id: idOf(served), data })
}
