/**
 * `npm run chaos`: outages with real processes and sockets; writes the outage matrix into the README. Exits 1 when an answer was
 * wrong or a row did not come to its end.
 *
 *     --only TEXT     only the rows whose identifiers contain it; the README stays as it is
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
process.chdir(fileURLToPath(new URL('../..', import.meta.url)))

// The rows are TypeScript, as the fakes are that they share with the tests.
const folder = mkdtempSync(join(tmpdir(), 'switchyard-chaos-'))
const outfile = join(folder, 'main.mjs')
await build({
  entryPoints: ['test/chaos/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
})
const { main } = await import(pathToFileURL(outfile).href)
rmSync(folder, { recursive: true })
try {
  process.exitCode = (await main(values.only)) ? 0 : 1
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  console.error(error.message)
  process.exitCode = 64
}
