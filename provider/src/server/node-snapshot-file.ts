/** Snapshot files on Node: replaced as a whole or not at all, and readable by nobody else. */
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SealedRuleset } from '@switchyard/engine'
import { pause } from './silence.js'
import type { KeptRuleset, OpenSnapshotFile, SnapshotFile, SnapshotFileOptions } from './snapshot-file.js'
import { readSnapshot, writeSnapshot } from './snapshot-format.js'

/** Between two writes: rulesets may change many times a second, and be megabytes. */
const writePauseMs = 5_000

/** What is larger is no snapshot, and would not fit into a string. */
const maxFileBytes = 256 * 1024 * 1024

export const openSnapshotFile: OpenSnapshotFile = (options) => new NodeSnapshotFile(options)

class NodeSnapshotFile implements SnapshotFile {
  readonly #options: SnapshotFileOptions
  readonly #closing = new AbortController()
  /** Whether the file may be replaced: it is not there, or it is ours to replace. */
  #isOurs = true
  /** Revision in the file, null where that is not known. */
  #written: string | null = null
  #next: SealedRuleset | null = null
  #isWriting = false
  #writing: Promise<void> | undefined
  #lastComplaint = ''

  constructor(options: SnapshotFileOptions) {
    this.#options = options
  }

  async read(): Promise<KeptRuleset | null> {
    const { path, owner } = this.#options
    try {
      const { size } = await stat(path)
      if (size > maxFileBytes) return this.#leaveAlone(`it is larger than ${maxFileBytes} bytes`)
      const read = readSnapshot(await readFile(path, 'utf8'), owner)
      if (read.kind === 'other') return this.#leaveAlone(read.message)
      if (read.kind === 'useless') return this.#complain(`is not used: ${read.message}`)
      this.#written = read.ruleset.revision
      return read
    } catch (error) {
      const reason = reasonOf(error)
      return reason === 'ENOENT' ? null : this.#complain(`cannot be read: ${reason}`)
    }
  }

  keep(ruleset: SealedRuleset): void {
    if (!this.#isOurs || this.#closing.signal.aborted) return
    this.#next = ruleset
    if (this.#isWriting) return
    this.#isWriting = true
    this.#writing = this.#write()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#writing
  }

  async #write(): Promise<void> {
    for (let ruleset = this.#take(); ruleset !== null; ruleset = this.#take()) {
      if (ruleset.revision === this.#written) continue
      try {
        const { path, owner } = this.#options
        await replaceFile(path, writeSnapshot(ruleset, owner, new Date().toISOString()))
        this.#written = ruleset.revision
        this.#lastComplaint = ''
      } catch (error) {
        this.#written = null
        this.#complain(`cannot be written: ${reasonOf(error)}`)
      }
      await pause(writePauseMs, this.#closing.signal)
    }
    this.#isWriting = false
  }

  #take(): SealedRuleset | null {
    const ruleset = this.#next
    this.#next = null
    return ruleset
  }

  #leaveAlone(message: string): null {
    this.#isOurs = false
    return this.#complain(`is not used and will not be replaced: ${message}; give another path, or remove it`)
  }

  /** Says each thing once, until it is another one. */
  #complain(message: string): null {
    const complaint = `Switchyard: the snapshot file ${JSON.stringify(this.#options.path)} ${message}`
    if (complaint !== this.#lastComplaint) this.#options.logger.warn(complaint)
    this.#lastComplaint = complaint
    return null
  }
}

/** The system's code, or what else is known. */
function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}

/** Whoever reads the path meanwhile, or after a crash at any point, gets the old text or the new one. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** The name is durable once the folder is. Not every platform can do that, and the file is good without. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    // As far as this platform goes.
  }
}
