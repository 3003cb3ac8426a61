/** Files of sealed JSON. */
import { readFile } from 'node:fs/promises'
import { absentAs, unreadableAs } from './disk-failures.js'
import type { Opened } from './passed-over.js'
import { openValue, sealText } from './sealed-text.js'
import { writeFileAtomically } from './write-file.js'

/** @param secret signs them; undefined: they carry a checksum */
export interface SealedFiles {
  /** What is in a file, or why it is not taken. */
  open(path: string): Promise<Opened<unknown>>
  write(path: string, value: object): Promise<void>
}

export function sealedFiles(secret: string | undefined): SealedFiles {
  return {
    async open(path) {
      const text = await readText(path)
      return typeof text === 'string' ? openValue(text, secret) : text
    },
    write: (path, value) => writeFileAtomically(path, sealText(JSON.stringify(value), secret)),
  }
}

function readText(path: string): Promise<string | Opened<never>> {
  return unreadableAs(
    { ok: false, reason: 'unreadable' },
    absentAs({ ok: false, reason: null }, readFile(path, 'utf8')),
  )
}
