/** One server-sent event as it goes over the wire: made once, sent to every client. */
export interface StreamEvent {
  /** The event's name, also its label in the metrics. */
  readonly name: string
  readonly bytes: Buffer
}

export interface StreamEventFields {
  readonly name: string
  /** Where the client is after this event; absent: where it was before. */
  readonly id?: string
  /** JSON text, so one line. */
  readonly data: string
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function streamEvent({ name, id, data }: StreamEventFields): StreamEvent {
  return { name, bytes: Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`) }
}

/** What is no event to a client, but from where it goes on after its next connection. */
export function idOnly(id: string): Buffer {
  return Buffer.from(`id: ${id}\n\n`)
}

/**
 * The revision in a `Last-Event-ID`, `<sequence>-<revision>`; null for anything else. Another process counts differently, so the
 * sequence says nothing.
 */
export function revisionOfId(id: string): string | null {
  return /^\d{1,16}-([0-9a-f]{16})$/.exec(id.trim())?.[1] ?? null
}
