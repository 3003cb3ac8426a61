// @ts-check
/** Bundles the page of the management plane: one HTML file that holds its script and its style. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './run.mjs'

const source = join(root, 'relay', 'src', 'page')
const folder = join(root, 'relay', 'dist', 'page')

export async function bundlePage() {
  const [script, style] = await Promise.all([bundle('main.tsx'), bundle('style.css')])
  const html = readFileSync(join(source, 'page.html'), 'utf8')
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'page.html'), html)
}

/** @param {string} entry */
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(source, entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // What knows `light-dark()`.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // An end of the element inside of it would end it.
    supported: { 'inline-script': false },
    write: false,
    logLevel: 'warning',
  })
  const [output] = outputFiles
  if (output === undefined) throw new Error(`nothing was built from ${entry}`)
  return output.text
}
