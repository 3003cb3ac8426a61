/** Tells when a file may have changed. */
import { watch, type FSWatcher } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A change counts once the folder has been quiet for so long: writers truncate, write and rename in several steps. */
const quietMs = 50
/** A folder that is never quiet must not hide a change for longer than this. */
const longestUnrestMs = 1_000

/**
 * Watches the folder the file is in, because editors and Kubernetes put a new file or a new link in the old one's place, and
 * a watch on the file itself would keep looking at the old one. Where the folder cannot be watched (network file systems,
 * exhausted watches, a folder that does not exist yet) the interval alone remains.
 */
export class FileWatch {
  readonly #folder: string
  #watcher: FSWatcher | null = null
  /** Which folder is watched: one that was replaced has to be watched anew. */
  #inode: bigint | null = null
  #hasChanged = false
  #wake: (() => void) | null = null

  constructor(path: string) {
    this.#folder = dirname(path)
  }

  /**
   * Resolves when the file may have changed, when the interval has passed, or when the signal aborts: whichever comes first.
   * Never rejects.
   */
  async next(intervalMs: number, signal: AbortSignal): Promise<void> {
    await this.#renew()
    if (!(await this.#wait(intervalMs, signal))) return
    for (let waitedMs = 0; waitedMs < longestUnrestMs && !signal.aborted; waitedMs += quietMs) {
      if (!(await this.#wait(quietMs, signal))) return
    }
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = null
    this.#inode = null
  }

  async #renew(): Promise<void> {
    const inode = await inodeOf(this.#folder)
    if (inode === this.#inode) return
    this.close()
    if (inode === null) return
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, () => this.#notice())
      this.#watcher.on('error', () => this.close())
      this.#inode = inode
      // The file may have changed between the last look at it and now.
      this.#hasChanged = true
    } catch {
      // The interval remains.
    }
  }

  #notice(): void {
    this.#hasChanged = true
    this.#wake?.()
  }

  /** Waits for a change or until the time is over; says whether there was a change. */
  #wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        this.#wake = null
        resolve(this.#hasChanged)
        this.#hasChanged = false
      }
      const timer = setTimeout(finish, ms)
      signal.addEventListener('abort', finish)
      this.#wake = finish
      if (this.#hasChanged || signal.aborted) finish()
    })
  }
}

async function inodeOf(folder: string): Promise<bigint | null> {
  try {
    return (await stat(folder, { bigint: true })).ino
  } catch {
    return null
  }
}
