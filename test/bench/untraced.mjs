/** The relay's command as it would be if nobody had ever written a line about traces: what "off" is measured beside. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleCommand } from '../../tools/bundle.mjs'

const dist = fileURLToPath(new URL('../../relay/dist', import.meta.url))

/** The statements and members of the data plane that speak of traces, as the compiler writes them. */
const traceCode = [
  /\bif \((?:exchange\.)?trace !== null\)\s[^;]+;/g,
  /\btrace: plane\.tracer === null \? null : plane\.tracer\.begin\([^)]*\),/g,
  /, trace(?= \}, status\))/g,
]

/** Modules that have such code; each has to lose some. */
const speaking = /relay\/dist\/http\/(?:exchange|respond|ofrep-single|ofrep-bulk)\.js$/

/** @returns {import('esbuild').Plugin} */
function withoutTraces() {
  return {
    name: 'without-traces',
    setup({ onLoad }) {
      onLoad({ filter: speaking }, async ({ path }) => {
        const code = await readFile(path, 'utf8')
        const contents = traceCode.reduce((text, pattern) => text.replace(pattern, ''), code)
        if (contents === code) throw new Error(`${path} has no code about traces to take out`)
        return { contents, loader: 'js' }
      })
    },
  }
}

/** Nothing in the data plane may ask about traces any more. */
async function check(folder) {
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8')
    const left = /[^;{}]*(?:exchange\.trace\b|plane\.tracer\b|\btrace!==null)[^;{}]*/.exec(text)
    if (left !== null) throw new Error(`the relay without traces still speaks of them: ${left[0]}`)
  }
}

/**
 * Bundles the command twice, alike but for that.
 *
 * @returns {Promise<{ asBuilt: string, untraced: string }>} files that run the command when node runs them
 */
export async function bundleBoth() {
  const asBuilt = await bundled('bench-as-built', [])
  const untraced = await bundled('bench-untraced', [withoutTraces()])
  await check(dirname(untraced))
  return { asBuilt, untraced }
}

async function bundled(name, plugins) {
  const outdir = join(dist, name)
  await bundleCommand({ outdir, plugins })
  const file = join(outdir, 'run.mjs')
  await writeFile(file, "import { runProcess } from './main.js'\nawait runProcess(process)\n")
  return file
}
