/** Snapshots in files: a directory for each line, a file for each snapshot, and two for the marks. */
import { hash } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { absentAs, explained, unreadableAs } from './disk-failures.js'
import { diskMarks, type DiskMarks } from './disk-marks.js'
import { PassedOverNotes, type PassedOver } from './passed-over.js'
import { sealedFiles, type SealedFiles } from './sealed-files.js'
import { isOurFormat } from './sealed-text.js'
import {
  comparePositions,
  snapshotId,
  type LineMarks,
  type SnapshotLine,
  type SnapshotPosition,
  type SnapshotStore,
  type SnapshotSummary,
  type StoredSnapshot,
  type WriteOutcome,
} from './snapshot-store.js'
import { asSnapshot, summaryOf } from './stored-values.js'
import { unfinished } from './write-file.js'

export interface DiskStoreOptions {
  readonly directory: string
  /** How many snapshots of a line are kept. */
  readonly keep: number
  /** Signs the files; absent: they carry a checksum. */
  readonly secret?: string
  /** Epoch milliseconds. */
  readonly now: () => number
}

const ending = '.snapshot'
/** What a process that died has left is older than that. */
const unfinishedMs = 600_000

/** Creates the store. Nothing is touched before it is used. */
export function createDiskStore(options: DiskStoreOptions): SnapshotStore {
  return new DiskStore(options)
}

/** A file's name, taken apart. */
interface Entry extends SnapshotPosition {
  readonly id: string
  readonly path: string
}

class DiskStore implements SnapshotStore {
  readonly name = 'disk'
  readonly description: string
  readonly #options: DiskStoreOptions
  readonly #files: SealedFiles
  readonly #notes = new PassedOverNotes()
  readonly #marks: DiskMarks
  /** The last look into each directory: the first good file, as long as its name is the first one. */
  readonly #latest = new Map<string, { readonly id: string; readonly good: SnapshotSummary | null }>()

  constructor(options: DiskStoreOptions) {
    this.description = options.directory
    this.#options = options
    this.#files = sealedFiles(options.secret)
    this.#marks = diskMarks(this.#files, this.#notes)
  }

  newest(line: SnapshotLine): Promise<StoredSnapshot | null> {
    return explained(async () => {
      const entries = await this.#entries(line)
      const found = await this.#firstGood(line, entries)
      const [first] = entries
      if (found === null || first === undefined || first.id === snapshotId(found)) return found
      // What comes before it cannot be read, perhaps not yet: the count goes on behind that.
      return { ...found, fence: first.fence, sequence: first.sequence + 1 }
    })
  }

  read(line: SnapshotLine, id: string): Promise<StoredSnapshot | null> {
    return explained(async () => {
      const entry = entryOf(this.#directory(line), `${id}${ending}`)
      return entry === null ? null : this.#open(line, entry)
    })
  }

  list(line: SnapshotLine): Promise<readonly SnapshotSummary[]> {
    return explained(async () => {
      const summaries: SnapshotSummary[] = []
      for (const entry of await this.#entries(line)) {
        const found = await this.#open(line, entry)
        if (found !== null) summaries.push(summaryOf(found))
      }
      return summaries
    })
  }

  write(snapshot: StoredSnapshot): Promise<WriteOutcome> {
    return explained(async () => {
      const directory = this.#directory(snapshot.line)
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const latest = await this.#latestGood(snapshot.line)
      const worse = latest === null ? null : whyWorse(snapshot, latest)
      if (worse !== null) return worse
      const id = snapshotId(snapshot)
      await this.#files.write(join(directory, id + ending), snapshot)
      this.#latest.set(directory, { id, good: summaryOf(snapshot) })
      await this.#tidy(snapshot.line)
      return 'written'
    })
  }

  readMarks(line: SnapshotLine): Promise<LineMarks> {
    return explained(() => this.#marks.read(this.#directory(line), line))
  }

  writeMarks(line: SnapshotLine, marks: LineMarks): Promise<void> {
    return explained(() => this.#marks.write(this.#directory(line), line, marks))
  }

  passedOver(line: SnapshotLine): readonly PassedOver[] {
    return this.#notes.of(this.#directory(line))
  }

  async close(): Promise<void> {}

  #directory(line: SnapshotLine): string {
    const digest = hash('sha256', JSON.stringify([line.vendor, line.upstream, line.name])).slice(0, 12)
    return join(this.#options.directory, `${line.name}-${digest}`)
  }

  /** The latest first, by their names. */
  async #entries(line: SnapshotLine): Promise<Entry[]> {
    const directory = this.#directory(line)
    const names = await absentAs([], readdir(directory))
    this.#notes.retain(directory, names)
    const entries = names.map((name) => entryOf(directory, name)).filter((entry) => entry !== null)
    return entries.sort((a, b) => comparePositions(b, a))
  }

  async #firstGood(line: SnapshotLine, entries: readonly Entry[]): Promise<StoredSnapshot | null> {
    for (const entry of entries) {
      const found = await this.#open(line, entry)
      if (found !== null) return found
    }
    return null
  }

  async #latestGood(line: SnapshotLine): Promise<SnapshotSummary | null> {
    const directory = this.#directory(line)
    const entries = await this.#entries(line)
    const [first] = entries
    if (first === undefined) return null
    const known = this.#latest.get(directory)
    if (known?.id === first.id) return known.good
    const found = await this.#firstGood(line, entries)
    const good = found === null ? null : summaryOf(found)
    this.#latest.set(directory, { id: first.id, good })
    return good
  }

  /** One that cannot be read is as good as damaged: the others are not. */
  async #open(line: SnapshotLine, { id, path }: Entry): Promise<StoredSnapshot | null> {
    const opened = asSnapshot(await this.#files.open(path), line, id)
    return this.#notes.take(this.#directory(line), 'snapshot', id + ending, opened)
  }

  /** Removes snapshots beyond those that are kept, and nothing that is not ours or of another format. */
  async #tidy(line: SnapshotLine): Promise<void> {
    const ours: Entry[] = []
    for (const entry of await this.#entries(line)) {
      const beginning = await unreadableAs('', absentAs('', beginningOf(entry.path)))
      if (isOurFormat(beginning)) ours.push(entry)
    }
    for (const { path } of ours.slice(this.#options.keep)) await rm(path, { force: true })
    const directory = this.#directory(line)
    for (const name of await readdir(directory)) {
      if (!name.startsWith('.') || !name.endsWith(unfinished)) continue
      const path = join(directory, name)
      const left = await absentAs(null, stat(path))
      if (left !== null && this.#options.now() - left.mtimeMs > unfinishedMs) await rm(path, { force: true })
    }
  }
}

function whyWorse(snapshot: StoredSnapshot, latest: SnapshotSummary): Exclude<WriteOutcome, 'written'> | null {
  const order = comparePositions(snapshot, latest)
  if (order === 0 && snapshot.revision === latest.revision) return 'same'
  if (order <= 0) return 'older'
  const isEmptied = latest.flagCount > 0 && Object.keys(snapshot.ruleset.flags).length === 0
  return isEmptied && snapshot.isEmptyMeant !== true ? 'emptier' : null
}

/** null for a name that is no snapshot's. */
function entryOf(directory: string, name: string): Entry | null {
  const [, id = '', fence = '', sequence = ''] = /^((\d{1,15})\.(\d{1,15})-[0-9a-f]{16})\.snapshot$/.exec(name) ?? []
  return id === '' ? null : { id, path: join(directory, name), fence: Number(fence), sequence: Number(sequence) }
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}
