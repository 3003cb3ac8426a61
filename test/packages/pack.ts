/** Packs a workspace as it would be published, and looks into what came out. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createPackageFromTarballData } from '@arethetypeswrong/core'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs npm, in that folder. @throws Error with what it said */
export async function npm(args: readonly string[], cwd: string = root): Promise<string> {
  const options = { cwd, shell: process.platform === 'win32', maxBuffer: 64 * 2 ** 20 }
  const { stdout } = await promisify(execFile)('npm', args, options)
  return stdout
}

/** @returns the path of the tarball, in the folder that is given */
export async function pack(workspace: string, folder: string): Promise<string> {
  const [packed] = JSON.parse(await npm(['pack', '--json', '--pack-destination', folder], join(root, workspace)))
  return join(folder, packed.filename)
}

export interface PackedFiles {
  /** Sorted, relative to the package's root. */
  readonly paths: readonly string[]
  textOf(path: string): string
  /** As `@arethetypeswrong/core` wants it. */
  readonly forTypes: ReturnType<typeof createPackageFromTarballData>
}

/** Packs a workspace and reads the tarball. */
export async function packedFiles(workspace: string): Promise<PackedFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-pack-'))
  try {
    const forTypes = createPackageFromTarballData(await readFile(await pack(workspace, folder)))
    const prefix = `/node_modules/${forTypes.packageName}/`
    const paths = forTypes.listFiles().map((path) => path.slice(prefix.length))
    return { paths: paths.toSorted(), textOf: (path) => forTypes.readFile(prefix + path), forTypes }
  } finally {
    await rm(folder, { recursive: true })
  }
}
