/**
 * One event stream for all tabs of an origin that want the same one. Browsers allow six connections to a server over HTTP/1.1, all
 * tabs together: with a stream in each, the seventh tab could not even ask for flags.
 *
 * The tab that holds a lock has the stream and tells the others what comes. When it goes, the browser gives the lock to the next.
 */
import type { EventSourceLike } from '../web/index.js'

/** What the tabs tell each other. */
type Word =
  | { readonly type: 'open' | 'reconnecting' | 'closed' }
  | { readonly type: 'message'; readonly data: string }
  /** Is anybody there? */
  | { readonly type: 'ask'; readonly from: string }
  | { readonly type: 'answer'; readonly to: string; readonly isOpen: boolean }

/** A tab that is shown looks so often whether the one with the stream is still alive: systems suspend tabs without a word. */
const askEveryMs = 30_000
const answerWithinMs = 2_000

/**
 * Opens an event stream that is shared with other tabs, for the option `eventSource` of the web provider. Every tab sees the stream
 * open, break and come back as if it were its own. Where a platform lacks Web Locks (pages without HTTPS do), it is.
 *
 * @throws TypeError when that is no absolute address
 */
export function sharedEventSource(url: string): EventSourceLike {
  const locks: LockManager | undefined = globalThis.navigator?.locks
  const isShared = locks && globalThis.BroadcastChannel && globalThis.EventSource
  return isShared ? new SharedEventSource(url, locks) : new EventSource(url)
}

class SharedEventSource implements EventSourceLike {
  readyState = 0
  onopen: EventSourceLike['onopen'] = null
  onmessage: EventSourceLike['onmessage'] = null
  onerror: EventSourceLike['onerror'] = null
  readonly #id = String(Math.random())
  readonly #url: string
  readonly #name: string
  readonly #locks: LockManager
  readonly #channel: BroadcastChannel
  /** Tells the other tabs. */
  readonly #post: (word: Word) => void
  readonly #closing = new AbortController()
  readonly #asking: ReturnType<typeof setInterval>
  /** Withdraws the request for the lock. */
  #waiting = new AbortController()
  /** The stream, in the tab that holds the lock. */
  #source: EventSource | null = null
  /** Gives the lock back. */
  #release: () => void = () => undefined
  #patience: ReturnType<typeof setTimeout> | undefined

  constructor(url: string, locks: LockManager) {
    // A lock whose holder cannot even begin would go round for ever.
    this.#url = new URL(url).href
    // Locks and channels of a name are seen by pages of the same origin only, and nothing of them is stored.
    this.#name = `switchyard ${url}`
    this.#locks = locks
    this.#channel = new BroadcastChannel(this.#name)
    this.#post = this.#channel.postMessage.bind(this.#channel)
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Word>) => this.#hear(data))
    this.#wait()
    this.#ask()
    this.#asking = setInterval(() => this.#ask(), askEveryMs)
    const { signal } = this.#closing
    globalThis.document?.addEventListener('visibilitychange', () => this.#ask(), { signal })
  }

  close(): void {
    this.readyState = 2
    this.#closing.abort()
    this.#waiting.abort()
    clearInterval(this.#asking)
    clearTimeout(this.#patience)
    this.#resign()
    this.#channel.close()
  }

  /** Waits for the lock, behind all others. */
  #wait(): void {
    this.#waiting = new AbortController()
    const { signal } = this.#waiting
    void this.#lead({ signal }, signal)
  }

  /** Takes the lock from a tab that does not answer. */
  #steal(): void {
    if (this.#source !== null) return
    this.#waiting.abort()
    void this.#lead({ steal: true })
  }

  /** Holds the stream for as long as the lock is held. @param withdrawn says that the lock is not wanted any more */
  async #lead(options: LockOptions, withdrawn?: AbortSignal): Promise<void> {
    try {
      await this.#locks.request(this.#name, options, () => this.#hold())
    } catch {
      if (withdrawn?.aborted || this.#closing.signal.aborted) return
      // It was stolen: this tab was taken for dead.
      this.#resign()
      this.#wait()
    }
  }

  #hold(): Promise<void> | undefined {
    if (this.#closing.signal.aborted) return undefined
    const source = new EventSource(this.#url)
    this.#source = source
    source.addEventListener('open', () => this.#say({ type: 'open' }))
    source.addEventListener('message', ({ data }: MessageEvent<string>) => this.#say({ type: 'message', data }))
    source.addEventListener('error', () => this.#say({ type: source.readyState === 2 ? 'closed' : 'reconnecting' }))
    return new Promise((resolve) => {
      this.#release = resolve
    })
  }

  #resign(): void {
    this.#source?.close()
    this.#source = null
    this.#release()
  }

  /** Asks whether the tab with the stream is alive; this one takes its place if it is not. */
  #ask(): void {
    if (globalThis.document?.hidden || this.#source !== null) return
    clearTimeout(this.#patience)
    this.#patience = setTimeout(() => this.#steal(), answerWithinMs)
    this.#post({ type: 'ask', from: this.#id })
  }

  #say(word: Word): void {
    this.#post(word)
    this.#hear(word)
  }

  #hear(word: Word): void {
    if (word.type === 'message') this.onmessage?.(new MessageEvent('message', { data: word.data }))
    else if (word.type === 'ask') this.#answer(word.from)
    else if (word.type === 'answer') this.#learn(word)
    else if (word.type === 'open') this.#become(1)
    else {
      if (word.type === 'closed') this.close()
      else this.readyState = 0
      this.onerror?.(new Event('error'))
    }
  }

  #answer(to: string): void {
    if (this.#source === null) return
    this.#post({ type: 'answer', to, isOpen: this.#source.readyState === 1 })
  }

  #learn({ to, isOpen }: { readonly to: string; readonly isOpen: boolean }): void {
    if (to !== this.#id) return
    clearTimeout(this.#patience)
    if (isOpen && this.readyState === 0) this.#become(1)
  }

  #become(readyState: 1): void {
    this.readyState = readyState
    this.onopen?.(new Event('open'))
  }
}
