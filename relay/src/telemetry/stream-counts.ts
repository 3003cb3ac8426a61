/** How many streams are open, what was sent on them, and why they ended. */

/** `ofrep`: tells that flags have changed. `ruleset`: sends what has changed. */
export type StreamKind = 'ofrep' | 'ruleset'

/**
 * `client`: it went away. `age`: the stream was as old as streams get. `slow`: it left unread what was sent. `shutdown`: the
 * relay stops. `revoked`: the key opens nothing any more. `error`: a mistake in Switchyard.
 */
export type StreamEnd = 'client' | 'age' | 'slow' | 'shutdown' | 'revoked' | 'error'

export interface StreamCounts {
  opened(environment: string, kind: StreamKind): void
  /** @param event name of the event on the wire */
  sent(environment: string, kind: StreamKind, event: string): void
  ended(environment: string, kind: StreamKind, reason: StreamEnd): void
  /** Of one environment; the kinds of which a stream has ever been opened. */
  read(environment: string): readonly StreamReading[]
}

export interface StreamReading {
  readonly kind: StreamKind
  readonly open: number
  /** By event name; counts never fall. */
  readonly sent: Readonly<Record<string, number>>
  readonly ended: Readonly<Partial<Record<StreamEnd, number>>>
}

interface Line {
  readonly kind: StreamKind
  open: number
  readonly sent: Record<string, number>
  readonly ended: Partial<Record<StreamEnd, number>>
}

/** Creates a table without any stream. */
export function createStreamCounts(): StreamCounts {
  const environments = new Map<string, Map<StreamKind, Line>>()
  const lineOf = (environment: string, kind: StreamKind): Line => {
    const lines = environments.get(environment) ?? new Map<StreamKind, Line>()
    environments.set(environment, lines)
    const line = lines.get(kind) ?? { kind, open: 0, sent: {}, ended: {} }
    lines.set(kind, line)
    return line
  }
  return {
    opened(environment, kind) {
      lineOf(environment, kind).open += 1
    },
    sent(environment, kind, event) {
      const { sent } = lineOf(environment, kind)
      sent[event] = (sent[event] ?? 0) + 1
    },
    ended(environment, kind, reason) {
      const line = lineOf(environment, kind)
      line.open -= 1
      line.ended[reason] = (line.ended[reason] ?? 0) + 1
    },
    read: (environment) => [...(environments.get(environment)?.values() ?? [])],
  }
}
