/** As much of a browser's `EventSource` as the provider uses, on fetch. It comes back soon, so that tests need not wait. */
import type { EventSourceLike } from '../../src/web/index.js'

const reconnectDelayMs = 20

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class NodeEventSource extends EventTarget implements EventSourceLike {
  readyState = 0
  onopen: EventSourceLike['onopen'] = null
  onmessage: EventSourceLike['onmessage'] = null
  onerror: EventSourceLike['onerror'] = null
  readonly #url: string
  readonly #closing = new AbortController()
  #lastEventId = ''

  constructor(url: string) {
    super()
    this.#url = url
    void this.#run()
  }

  close(): void {
    this.readyState = 2
    this.#closing.abort()
  }

  async #run(): Promise<void> {
    while (this.readyState !== 2) {
      await this.#connect().catch(() => undefined)
      if (this.readyState === 2) return
      this.readyState = 0
      this.#tell('error')
      await new Promise((resolve) => setTimeout(resolve, reconnectDelayMs))
    }
  }

  async #connect(): Promise<void> {
    const headers = this.#lastEventId === '' ? {} : { 'last-event-id': this.#lastEventId }
    const response = await fetch(this.#url, { headers, signal: this.#closing.signal })
    if (response.status !== 200 || response.body === null) {
      this.close()
      this.#tell('error')
      return
    }
    this.readyState = 1
    this.#tell('open')
    let text = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (text + chunk).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) this.#read(event)
    }
  }

  #read(event: string): void {
    const lines = event.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line))
    const data = lines.filter((line) => line?.[1] === 'data').map((line) => line?.[2])
    this.#lastEventId = lines.find((line) => line?.[1] === 'id')?.[2] ?? this.#lastEventId
    if (data.length > 0) this.#tell('message', data.join('\n'))
  }

  #tell(type: 'open' | 'message' | 'error', data = ''): void {
    const event = new MessageEvent<string>(type, { data })
    this[`on${type}`]?.(event)
    this.dispatchEvent(event)
  }
}
