/** The open streams of one kind in one environment: admitted, counted, and told of news one after the other. */
import type { IncomingMessage } from 'node:http'
import type { Access } from '../../environments/environment.js'
import type { Logger } from '../../telemetry/logger.js'
import type { StreamCounts, StreamEnd, StreamKind } from '../../telemetry/stream-counts.js'
import type { Exchange } from '../exchange.js'
import type { Admission } from './admission.js'
import { openEventStream, type EventStream } from './event-stream.js'
import { createPacer, type Pacer } from './pacer.js'
import type { StreamSettings } from './stream-settings.js'

/** What all channels share. */
export interface ChannelSurroundings {
  readonly settings: StreamSettings
  readonly admission: Admission
  readonly counts: StreamCounts
  readonly random: () => number
  readonly logger: Pick<Logger, 'error'>
}

/**
 * Called with a stream that has been opened; gives back what sends it all that it lacks. That is called at once, after each
 * change, and whenever the client has read what it got; it sends nothing more once the stream is blocked.
 */
export type Follow = (stream: EventStream) => () => void

/** Whether a stream goes on, by who opened it. */
export type MayRead = (access: Access, request: IncomingMessage) => boolean

interface Member {
  readonly access: Access
  readonly request: IncomingMessage
  readonly stream: EventStream
  readonly follow: Follow
  /** null before its first turn. */
  advance: (() => void) | null
}

export class Channel {
  readonly #environment: string
  readonly #kind: StreamKind
  readonly #surroundings: ChannelSurroundings
  readonly #members = new Set<Member>()
  readonly #pacer: Pacer<Member>

  /** @param environment its name, for the counts */
  constructor(environment: string, kind: StreamKind, surroundings: ChannelSurroundings) {
    this.#environment = environment
    this.#kind = kind
    this.#surroundings = surroundings
    this.#pacer = createPacer(surroundings.settings.pacingMs, (member) => this.#advance(member))
  }

  /** Opens a stream, unless there are too many: the request is refused then. */
  open(exchange: Exchange, access: Access, follow: Follow): void {
    const { settings, admission, counts, random } = this.#surroundings
    if (exchange.response.destroyed || !admission.admit(exchange, access)) return
    counts.opened(this.#environment, this.#kind)
    const stream = openEventStream(exchange, {
      settings,
      random,
      sent: (event) => counts.sent(this.#environment, this.#kind, event),
      drained: () => this.#advance(member),
      ended: (reason) => this.#remove(member, reason),
    })
    const member: Member = { access, request: exchange.request, stream, follow, advance: null }
    this.#members.add(member)
    this.#advance(member)
  }

  /** There is news: all streams are brought up to date within the pacing time. */
  spread(): void {
    this.#pacer.spread(this.#members)
  }

  /** Ends the streams of those who may not read on. */
  keep(mayRead: MayRead): void {
    for (const { access, request, stream } of this.#members) if (!mayRead(access, request)) stream.end('revoked')
  }

  /** Ends all streams. */
  close(): void {
    this.#pacer.close()
    for (const { stream } of this.#members) stream.end('shutdown')
  }

  #advance(member: Member): void {
    try {
      if (member.stream.isBlocked) return
      member.advance ??= member.follow(member.stream)
      member.advance()
    } catch (error) {
      const { logger } = this.#surroundings
      logger.error({ error, kind: this.#kind }, 'a stream failed because of a mistake in Switchyard')
      member.stream.end('error')
    }
  }

  #remove(member: Member, reason: StreamEnd): void {
    this.#members.delete(member)
    this.#pacer.remove(member)
    this.#surroundings.admission.leave(member.access)
    this.#surroundings.counts.ended(this.#environment, this.#kind, reason)
  }
}
