/** Reads the configuration again at a signal and when a file that it came from has changed: the file itself, secrets, certificates. */
import { setTimeout as delay } from 'node:timers/promises'
import type { LoadedConfiguration } from '../config/load-configuration.js'
import { FileWatch } from '../vendors/file-watch.js'
import type { ReadFiles } from './read-files.js'
import type { ReloadTrigger } from './reloads.js'

export interface FollowOptions {
  /** Loads all of it, through `files`. */
  readonly load: () => Promise<LoadedConfiguration>
  /** What was read when the configuration was loaded last. */
  readonly files: ReadFiles
  /** Whether files are watched, or only signals count. */
  readonly watchesFiles: boolean
  /** Takes what was loaded; resolves when that is done. */
  readonly take: (loaded: LoadedConfiguration, trigger: ReloadTrigger) => Promise<unknown>
}

export interface Following {
  /** Reads it again although no file has changed. */
  signal(): void
  /** Looks no more; resolves when what is being taken has been taken. */
  close(): Promise<void>
}

/** How often files are looked at where their changes are not announced. */
const lookIntervalMs = 10_000
/** Files that have not changed for so long are written. */
const quietMs = 250
/** Files that never rest must not hide a change for longer than this. */
const longestUnrestMs = 5_000

/** Begins to follow. What has changed since the files were read is taken at once. */
export function followConfiguration(options: FollowOptions): Following {
  return new Follower(options)
}

class Follower implements Following {
  readonly #options: FollowOptions
  readonly #running: Promise<void>
  #wake = new AbortController()
  #isSignalled = false
  #isClosed = false

  constructor(options: FollowOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  signal(): void {
    this.#isSignalled = true
    this.#wake.abort()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#wake.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { take } = this.#options
    for (;;) {
      await this.#somethingHappens()
      if (this.#isClosed) return
      const trigger = this.#isSignalled ? 'signal' : 'file'
      this.#isSignalled = false
      const loaded = trigger === 'signal' ? await this.#load() : await this.#loadSettled()
      await take(loaded, trigger)
    }
  }

  #load(): Promise<LoadedConfiguration> {
    this.#options.files.forget()
    return this.#options.load()
  }

  /**
   * Half of a file may be wrong, or right and lack an environment. So what changed by itself counts once it has said the same for a
   * moment; who gives a signal has finished writing.
   */
  async #loadSettled(): Promise<LoadedConfiguration> {
    const longest = AbortSignal.timeout(longestUnrestMs)
    for (;;) {
      const loaded = await this.#load()
      this.#wake = new AbortController()
      if (this.#isSignalled || this.#isClosed) return loaded
      await delay(quietMs, undefined, { signal: this.#wake.signal }).catch(() => undefined)
      if (longest.aborted || !(await this.#options.files.haveChanged())) return loaded
    }
  }

  /** Resolves at a signal, when a file says something else, or at the end. */
  async #somethingHappens(): Promise<void> {
    this.#wake = new AbortController()
    if (this.#isSignalled || this.#isClosed) return
    const { signal } = this.#wake
    const woken = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    const { files, watchesFiles } = this.#options
    const watching = watchesFiles ? files.onePerFolder().map((path) => this.#watch(path, signal)) : []
    await Promise.all([woken, ...watching])
  }

  async #watch(path: string, signal: AbortSignal): Promise<void> {
    const watch = new FileWatch(path)
    while (!signal.aborted) {
      await watch.next(lookIntervalMs, signal)
      if (!signal.aborted && (await this.#options.files.haveChanged())) this.#wake.abort()
    }
    watch.close()
  }
}
