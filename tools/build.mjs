// @ts-check
/**
 * `npm run build`: ES modules of every workspace, the relay's command and its page as bundles, then CommonJS of the libraries.
 * `--command`: only what the command needs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePage } from './bundle-page.mjs'
import { bundleCommand } from './bundle.mjs'
import { commandOf, root, run } from './run.mjs'

/** @type {{ workspaces: string[] }} */
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Published in both module formats. */
const libraries = workspaces.filter((workspace) => existsSync(join(root, workspace, 'tsconfig.cjs.json')))

/** @param {readonly string[]} options */
function compile(options) {
  const { ok } = run([commandOf('typescript', 'tsc'), ...options], { show: true })
  if (!ok) process.exit(1)
}

/**
 * The folder of CommonJS is a package scope of its own, so the names that begin with `#` have to be given there, too.
 *
 * @param {string} library
 */
function commonJsManifest(library) {
  const { imports } = JSON.parse(readFileSync(join(root, library, 'package.json'), 'utf8'))
  return `${JSON.stringify({ type: 'commonjs', imports }).replaceAll('./dist/esm/', './')}\n`
}

compile(process.argv.includes('--command') ? ['-b', 'relay'] : ['-b'])
await Promise.all([bundleCommand(), bundlePage()])
for (const library of process.argv.includes('--command') ? [] : libraries) {
  compile(['-p', join(library, 'tsconfig.cjs.json')])
  writeFileSync(join(root, library, 'dist', 'cjs', 'package.json'), commonJsManifest(library))
}
