// @ts-check
/** Starts development tools with the running Node: no shell and no `.cmd` files, so it is the same on every system. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root, wherever the command was typed. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/**
 * The script behind a package's command, read from its manifest.
 *
 * @param {string} packageName as in the root's `devDependencies`
 * @param {string} [command] where the package has several
 * @returns {string} an absolute path
 */
export function commandOf(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[command])
}

/**
 * Runs a script to its end.
 *
 * @param {readonly string[]} script path and arguments
 * @param {{ show?: boolean }} [options] `show`: pass the output on as it comes instead of returning it
 * @returns {{ ok: boolean, output: string }}
 */
export function run(script, { show = false } = {}) {
  const child = spawnSync(process.execPath, script, {
    cwd: root,
    encoding: 'utf8',
    stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 2 ** 20,
  })
  const failure = child.error ?? (child.signal ? `ended by ${child.signal}\n` : '')
  return { ok: child.status === 0, output: `${child.stdout ?? ''}${child.stderr ?? ''}${failure}` }
}
