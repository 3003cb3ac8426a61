/** Remembers what files said that were read, to notice when they say something else. */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'

export interface ReadFiles {
  /** Reads UTF-8, and remembers what was there; rejects as the reader does. */
  readonly readFile: (path: string) => Promise<string>
  /** Forgets everything, before all is read again. */
  forget(): void
  /** One of the files for each folder that they are in. */
  onePerFolder(): readonly string[]
  /** Whether one of them says something else now, is gone, or is there at last. Never rejects. */
  haveChanged(): Promise<boolean>
}

/** @param read reads UTF-8 */
export function createReadFiles(read: (path: string) => Promise<string>): ReadFiles {
  /** Digests by path; null where the file could not be read. */
  const seen = new Map<string, string | null>()
  return {
    async readFile(path) {
      seen.set(path, null)
      const text = await read(path)
      seen.set(path, digestOf(text))
      return text
    },
    forget: () => seen.clear(),
    onePerFolder: () => [...new Map([...seen.keys()].map((path) => [dirname(path), path])).values()],
    async haveChanged() {
      const same = [...seen].map(async ([path, digest]) => (await read(path).then(digestOf, () => null)) === digest)
      return (await Promise.all(same)).includes(false)
    },
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
