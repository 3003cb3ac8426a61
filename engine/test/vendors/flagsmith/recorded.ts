/** Recorded documents and answers: those of the repository, and those that may only be read from where they are. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const fixtures = fileURLToPath(new URL('../../../../test/fixtures/flagsmith/', import.meta.url))

/** A file of `test/fixtures/flagsmith`, parsed. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(fixtures, name), 'utf8'))
}

/** A folder of recordings that may not be copied into the repository; null, said in one line, where it is not at hand. */
export function vectors(folder: string): string | null {
  const root = process.env['SWITCHYARD_VECTORS']
  if (root !== undefined && existsSync(join(root, folder))) return join(root, folder)
  console.warn(`not compared with ${folder}: SWITCHYARD_VECTORS does not name a folder that has it`)
  return null
}

/** A JSON file that may have lines of `//` comments. */
export function readCommentedJson(path: string): unknown {
  const lines = readFileSync(path, 'utf8').split('\n')
  return JSON.parse(lines.filter((line) => !line.trimStart().startsWith('//')).join('\n'))
}

/** Files of a folder whose names end like that, sorted. */
export function filesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => ending.test(name))
    .sort()
}
