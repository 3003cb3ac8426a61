/** `npm run bench`: ratios, each measured in this one run, and kept in `results/`. Exits 1 when one is beyond its limit. */
import { compileRows } from './compile.mjs'
import { engineRows } from './engine.mjs'
import { flagsmithRows } from './flagsmith.mjs'
import { httpRows } from './http.mjs'
import { largeRows } from './large.mjs'
import { printRows } from './measure.mjs'
import { propagationRows } from './propagation.mjs'
import { circumstances, record } from './results.mjs'
import { startupRows } from './startup.mjs'
import { streamRows } from './streams.mjs'
import { tracingRows } from './tracing.mjs'
import { workerRows } from './workers.mjs'

const rows = []
for (const measure of [
  engineRows,
  flagsmithRows,
  compileRows,
  largeRows,
  httpRows,
  tracingRows,
  workerRows,
  propagationRows,
  streamRows,
  startupRows,
]) {
  const measured = await measure()
  printRows(measured)
  rows.push(...measured)
}
console.log(`written to ${record('ratios', { ...circumstances(), rows })}`)
process.exitCode = rows.every(({ isWithin }) => isWithin) ? 0 : 1
