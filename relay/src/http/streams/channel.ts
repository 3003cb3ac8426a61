/** The open streams of one kind in one environment: admitted, counted, and told of news one after the other. */
import type { Access } from '../../environments/environment.js'
import type { Logger } from '../../telemetry/logger.js'
import type { StreamCounts, StreamEnd, StreamKind } from '../../telemetry/stream-counts.js'
import type { Exchange } from '../exchange.js'
import type { Admission } from './admission.js'
import { openEventStream, type EventStream } from './event-stream.js'
import { createPacer } from './pacer.js'
import type { StreamSettings } from './stream-settings.js'

export interface Channel {
  /**
   * Opens a stream, unless there are too many: the request is refused then.
   *
   * @param follow called with the stream; gives back what sends it all that it lacks. That is called at once, after each change
   * and whenever the client has read what it got; it sends nothing to a stream that is blocked
   */
  open(exchange: Exchange, access: Access, follow: (stream: EventStream) => () => void): void
  /** There is news: all streams are brought up to date within the pacing time. */
  spread(): void
  /** Ends all streams. */
  close(): void
}

/** What all channels share. */
export interface ChannelSurroundings {
  readonly settings: StreamSettings
  readonly admission: Admission
  readonly counts: StreamCounts
  readonly random: () => number
  readonly logger: Pick<Logger, 'error'>
}

interface Member {
  readonly stream: EventStream
  readonly advance: () => void
}

/** @param environment its name, for the counts */
export function createChannel(environment: string, kind: StreamKind, surroundings: ChannelSurroundings): Channel {
  const { settings, admission, counts, random, logger } = surroundings
  const members = new Set<Member>()
  const pacer = createPacer(settings.pacingMs, advance)

  function advance(member: Member): void {
    try {
      if (!member.stream.isBlocked) member.advance()
    } catch (error) {
      logger.error({ error, kind }, 'a stream failed because of a mistake in Switchyard')
      member.stream.end('error')
    }
  }

  function open(exchange: Exchange, access: Access, follow: (stream: EventStream) => () => void): void {
    if (!admission.admit(exchange, access)) return
    let member: Member | undefined
    const ended = (reason: StreamEnd): void => {
      admission.leave(access)
      counts.ended(environment, kind, reason)
      if (member === undefined) return
      members.delete(member)
      pacer.remove(member)
    }
    const drained = (): void => {
      if (member !== undefined) advance(member)
    }
    const sent = (event: string): void => counts.sent(environment, kind, event)
    counts.opened(environment, kind)
    const stream = openEventStream(exchange, { settings, random, sent, drained, ended })
    member = { stream, advance: follow(stream) }
    members.add(member)
    advance(member)
  }

  return {
    open,
    spread: () => pacer.spread(members),
    close() {
      pacer.close()
      for (const { stream } of members) stream.end('shutdown')
    },
  }
}
