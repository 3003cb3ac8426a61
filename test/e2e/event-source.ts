/** The part of the browser's EventSource that clients of event streams use: it reconnects, and says where it was. */
import { createEventStreamParser } from '../../provider/src/server/event-stream-parser.js'

export interface MessageEvent {
  readonly data: string
  readonly lastEventId: string
}

/** Shorter than any server would ask for, so that tests need not wait. */
const retryMs = 50

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface */
export class EventSource {
  /** 0 connecting, 1 open, 2 closed. */
  readyState: 0 | 1 | 2 = 0
  readonly url: string
  readonly #listeners = new Map<string, ((event: MessageEvent) => void)[]>()
  readonly #abort = new AbortController()
  #lastEventId = ''

  constructor(url: string) {
    this.url = url
    void this.#run()
  }

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  close(): void {
    this.readyState = 2
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    while (this.readyState !== 2) {
      try {
        await this.#read()
      } catch {
        // A connection that fails is tried again, as one that ends.
      }
      if (this.#abort.signal.aborted) return
      this.#tell('error', '')
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  async #read(): Promise<void> {
    const headers = { accept: 'text/event-stream', ...(this.#lastEventId && { 'last-event-id': this.#lastEventId }) }
    const response = await fetch(this.url, { headers, signal: this.#abort.signal })
    if (response.status !== 200 || response.body === null) {
      this.readyState = 2
      return
    }
    this.readyState = 1
    this.#tell('open', '')
    const parser = createEventStreamParser(({ event, data, id }) => {
      this.#lastEventId = id
      this.#tell(event, data)
    })
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }))
    } finally {
      if (!this.#abort.signal.aborted) this.readyState = 0
    }
  }

  #tell(type: string, data: string): void {
    const event: MessageEvent = { data, lastEventId: this.#lastEventId }
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}
