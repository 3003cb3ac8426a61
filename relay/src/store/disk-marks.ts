/**
 * The marks of a line on disk, in two files that say the same. What somebody has decided is in them and nowhere else, so one damaged
 * file must not undo it.
 */
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { absentAs } from './disk-failures.js'
import type { PassedOverNotes } from './passed-over.js'
import type { SealedFiles } from './sealed-files.js'
import type { LineMarks, SnapshotLine } from './snapshot-store.js'
import { asMarks } from './stored-values.js'

/** In the order of writing: where a crash comes between, the first is the later one. */
const names = ['marks', 'marks.copy']
/** What cannot be read here may be read by who knows its format or its secret. */
const aside = '.set-aside'

export interface DiskMarks {
  read(directory: string, line: SnapshotLine): Promise<LineMarks>
  write(directory: string, line: SnapshotLine, marks: LineMarks): Promise<void>
}

/** @param notes what is not taken is noted there, and stays so: to write does not bring back what was lost */
export function diskMarks(files: SealedFiles, notes: PassedOverNotes): DiskMarks {
  return {
    async read(directory, line) {
      for (const name of names) {
        const opened = asMarks(await files.open(join(directory, name)), line)
        const marks = notes.take(directory, 'marks', name, opened)
        if (marks !== null) return marks
      }
      return {}
    },
    async write(directory, line, marks) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      for (const name of names) {
        const path = join(directory, name)
        const before = asMarks(await files.open(path), line)
        if (!before.ok && before.reason !== null) await absentAs(null, rename(path, path + aside))
        await files.write(path, { line, marks })
      }
    },
  }
}
