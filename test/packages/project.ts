/** An empty folder that packages are installed into, as somebody else's project would. */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { commandOf } from '../../tools/run.mjs'
import { npm } from './pack.js'

const consumers = fileURLToPath(new URL('consumers/', import.meta.url))

export interface Project {
  readonly folder: string
  /** Runs Node in the folder. @returns what it prints. @throws Error with what it said */
  node(...args: string[]): Promise<string>
  /**
   * Compiles a program of `consumers/` in the folder, checking declarations of packages as well.
   *
   * @returns what the compiler has to say: nothing when all is well
   */
  compile(consumer: string, options: CompileOptions): Promise<string>
  remove(): Promise<void>
}

export interface CompileOptions {
  /** As which the program is compiled. */
  readonly extension: '.mts' | '.cts'
  readonly moduleResolution: 'node16' | 'bundler'
}

/** @param packages names with versions, or paths of tarballs */
export async function createProject(packages: readonly string[]): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-project-')))
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  await npm(['install', '--ignore-scripts', '--prefer-offline', ...packages], folder)
  const node = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder })
    return stdout.trim()
  }
  return {
    folder,
    node,
    async compile(consumer, { extension, moduleResolution }) {
      await copyFile(`${consumers}${consumer}.mts`, join(folder, `${consumer}${extension}`))
      const compilerOptions = {
        target: 'es2022',
        lib: ['es2023', 'dom'],
        module: moduleResolution === 'node16' ? 'node16' : 'esnext',
        moduleResolution,
        strict: true,
        exactOptionalPropertyTypes: true,
        types: ['node'],
        // The projects of others have no types of Node but these.
        typeRoots: [fileURLToPath(new URL('../../node_modules/@types', import.meta.url))],
        noEmit: moduleResolution === 'bundler',
      }
      const path = join(folder, 'tsconfig.json')
      await writeFile(path, JSON.stringify({ compilerOptions, files: [`${consumer}${extension}`] }))
      return node(commandOf('typescript', 'tsc'), '-p', path).catch(({ stdout }: { readonly stdout: string }) => stdout)
    },
    remove: () => rm(folder, { recursive: true }),
  }
}
