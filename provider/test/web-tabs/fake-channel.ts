/** Broadcast channels in one process, whose tabs can be suspended. */

export interface FakeChannel extends EventTarget {
  postMessage(message: unknown): void
  close(): void
  /** As a system does with a tab: it neither hears nor answers, and learns of everything later. */
  suspend(): void
  resume(): void
}

/** A `BroadcastChannel` that keeps its instances in that list. */
export function channelsIn(channels: FakeChannel[]): new (name: string) => FakeChannel {
  return class extends EventTarget implements FakeChannel {
    readonly name: string
    #late: unknown[] | null = null

    constructor(name: string) {
      super()
      this.name = name
      channels.push(this)
    }

    postMessage(message: unknown): void {
      for (const other of channels) {
        if (other !== this && (other as this).name === this.name) queueMicrotask(() => (other as this).receive(message))
      }
    }

    receive(message: unknown): void {
      if (this.#late === null) this.dispatchEvent(new MessageEvent('message', { data: message }))
      else this.#late.push(message)
    }

    close(): void {
      const at = channels.indexOf(this)
      if (at >= 0) channels.splice(at, 1)
    }

    suspend(): void {
      this.#late = []
    }

    resume(): void {
      const late = this.#late ?? []
      this.#late = null
      for (const message of late) this.receive(message)
    }
  }
}
