// @ts-check
/**
 * `npm run build`: ES modules of every workspace, then CommonJS of those that are libraries. Only the compiler is needed.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandOf, root, run } from './run.mjs'

/** Workspaces with a `tsconfig.cjs.json`, published in both module formats. */
const libraries = ['engine']

const tsc = commandOf('typescript', 'tsc')

/** @param {readonly string[]} options */
function compile(options) {
  const { ok } = run([tsc, ...options], { show: true })
  if (!ok) process.exit(1)
}

compile(['-b'])
for (const library of libraries) {
  compile(['-p', join(library, 'tsconfig.cjs.json')])
  writeFileSync(join(root, library, 'dist', 'cjs', 'package.json'), '{ "type": "commonjs" }\n')
}
