/** The files of the repository, as its tests about itself read them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.cache'])

/**
 * Paths of all files below a folder, sorted, without what is installed or built.
 *
 * @param folder relative to the root, with slashes; the paths are too. One that does not exist has no files
 */
export function filesIn(folder: string): string[] {
  return entriesOf(folder)
    .filter(({ name }) => !notOurs.has(name))
    .flatMap((entry) => {
      const path = folder === '.' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? filesIn(path) : [path]
    })
    .toSorted()
}

/** Names of the folders in a folder. */
export function foldersIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}

/** The text of a file; `path` is relative to the root. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function entriesOf(folder: string): { name: string; isDirectory: () => boolean }[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true })
  } catch {
    return []
  }
}
