// @ts-check
/**
 * Bundles the relay's command. Loading some 400 small modules costs more than starting the relay; what the first answer does
 * not need stays in chunks of its own, loaded when it is asked for.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './run.mjs'

/** One folder below `dist`, as the modules it is made of: addresses relative to a module stay right. */
const folder = join(root, 'relay', 'dist', 'command')

/** CommonJS packages in the bundle call `require` for Node's own modules. */
const requireForPackages = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`

/**
 * @param {{ outdir?: string, plugins?: import('esbuild').Plugin[] }} [options] where it goes, one folder below `dist` too, and what is
 *   done to the modules on their way; benchmarks want that
 */
export async function bundleCommand({ outdir = folder, plugins = [] } = {}) {
  rmSync(outdir, { recursive: true, force: true })
  await build({
    entryPoints: [join(root, 'relay', 'dist', 'cli', 'main.js')],
    outdir,
    plugins,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    // Loaded long after the first answer, and CommonJS: an `import()` of them has no names once it is bundled.
    external: ['express', 'prom-client'],
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    banner: { js: requireForPackages },
    logLevel: 'warning',
  })
}
