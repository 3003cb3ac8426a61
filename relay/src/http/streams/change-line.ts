/** OFREP's event streams of one environment: they say that flags have changed, and clients ask again. */
import type { Access, Environment, Served } from '../../environments/environment.js'
import type { Exchange } from '../exchange.js'
import { Channel, type ChannelSurroundings, type MayRead } from './channel.js'
import { configurationTag } from './configuration-tag.js'
import type { EventStream } from './event-stream.js'
import { createScheduledChanges, type ScheduledChanges } from './scheduled-changes.js'
import { idOnly, revisionOfId, streamEvent, type StreamEvent } from './stream-event.js'

/**
 * A client asks for flags and then opens its stream. A change in between would be lost, so one that is younger than this is told
 * to each new client.
 */
const recentMs = 60_000

interface News {
  readonly id: string
  /** In place of the revision. */
  readonly tag: string
  readonly event: StreamEvent
  /** When it became news, epoch milliseconds. */
  readonly sinceMs: number
}

/** The event streams of one environment. */
export class ChangeLine {
  readonly #now: () => number
  readonly #channel: Channel
  readonly #scheduled: ScheduledChanges
  readonly #leave: () => void
  /** null before the first data. */
  #news: News | null

  constructor(environment: Environment, now: () => number, surroundings: ChannelSurroundings) {
    const { served } = environment
    this.#now = now
    this.#channel = new Channel(environment.name, 'ofrep', surroundings)
    this.#scheduled = createScheduledChanges(now, (changed) => this.#tell(newsOf(changed, now())))
    this.#news = served === null ? null : newsOf(served, served.sinceMs)
    if (served !== null) this.#scheduled.follow(served)
    this.#leave = environment.onChange((changed, previous) => {
      // It has only another place in the order: who asked has the same answers.
      if (changed.revision === previous?.revision) return
      this.#tell(newsOf(changed, changed.sinceMs))
      this.#scheduled.follow(changed)
    })
  }

  open(exchange: Exchange, access: Access): void {
    const lastEventId = exchange.request.headers['last-event-id']
    const known = this.#isKnown(lastEventId === undefined ? null : String(lastEventId)) ? this.#news : null
    this.#channel.open(exchange, access, (stream) => this.#follow(stream, known))
  }

  /** See {@link Channel.keep}. */
  keep(mayRead: MayRead): void {
    this.#channel.keep(mayRead)
  }

  close(): void {
    this.#leave()
    this.#scheduled.close()
    this.#channel.close()
  }

  #tell(news: News): void {
    this.#news = news
    this.#channel.spread()
  }

  /** Whether the client has heard the news, or has just asked for what it is about. */
  #isKnown(lastEventId: string | null): boolean {
    if (this.#news === null) return false
    const { tag, sinceMs } = this.#news
    return lastEventId === null ? this.#now() - sinceMs >= recentMs : revisionOfId(lastEventId) === tag
  }

  #follow(stream: EventStream, known: News | null): () => void {
    if (known !== null) stream.write(idOnly(known.id))
    let told = known
    return () => {
      if (this.#news === null || told === this.#news) return
      told = this.#news
      stream.send(told.event)
    }
  }
}

/**
 * The event's name is always `message`, what it means is in the data.
 *
 * @see OFREP 0.3.0, event-streams.yaml, and its ADR 0008
 */
function newsOf(served: Served, sinceMs: number): News {
  const tag = configurationTag(served)
  const id = `${served.sequence}-${tag}`
  const lastModified = Math.floor(sinceMs / 1_000)
  const data = JSON.stringify({ type: 'refetchEvaluation', etag: `"${tag}"`, lastModified })
  return { id, tag, sinceMs, event: streamEvent({ name: 'message', id, data }) }
}
