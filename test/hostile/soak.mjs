/**
 * `npm run soak`: a relay under steady load for ten minutes. Each second its flags change; of a hundred requests one brings a context that
 * has never been there. Exits 1 when a request failed, or when the memory of the last fifth is above that of the second and third tenth
 * (minutes 2 to 4) by more than 5 %: medians of the resident memory, each after a forced collection.
 *
 *     --minutes M     how long; 10 when absent
 *     --rate N        requests a second; 300 when absent
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startNodeWithChannel, startRelay, stop, told } from '../bench/processes.mjs'
import { steadyClients } from './steady-clients.mjs'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, rate: { type: 'string', default: '300' } },
})
const [minutes, rate] = [Number(values.minutes), Number(values.rate)]
if (!(minutes > 0) || !(rate > 0)) {
  console.error('--minutes and --rate take numbers above 0')
  process.exit(64)
}

/** Of the whole time: minutes 2 to 4, and 8 to 10. */
const early = [0.2, 0.4]
const late = [0.8, 1]
const maxGrowth = 1.05
const sampleEveryMs = (minutes * 60_000) / 200

const folder = mkdtempSync(join(tmpdir(), 'switchyard-soak-'))
const file = join(folder, 'flags.json')
const key = 'server-key-of-the-soak'
let changes = 0
change()

const { child, dataUrl } = await startRelay(
  {
    SERVER__HOST: '127.0.0.1',
    ENVIRONMENTS__SHOP__UPSTREAM__TYPE: 'file',
    ENVIRONMENTS__SHOP__UPSTREAM__PATH: file,
    ENVIRONMENTS__SHOP__UPSTREAM__POLL_INTERVAL: '500ms',
    ENVIRONMENTS__SHOP__SERVER_KEYS__0: key,
  },
  (args, env) => startNodeWithChannel(['--expose-gc', '--import', './test/bench/memory-on-request.mjs', ...args], env),
)
const startedMs = performance.now()
const clients = steadyClients({ port: Number(new URL(dataUrl).port), key, rate })
const changing = setInterval(change, 1_000)
/** @type {{ at: number, rss: number }[]} */
const samples = []
let nextReportMs = 60_000
for (let elapsedMs = 0; elapsedMs < minutes * 60_000; elapsedMs = performance.now() - startedMs) {
  const { rss, heapUsed } = await told(child, 'memory')
  samples.push({ at: elapsedMs / (minutes * 60_000), rss })
  if (elapsedMs >= nextReportMs) {
    console.log(
      `${Math.round(elapsedMs / 60_000)} min  rss ${mebibytes(rss)}  heap ${mebibytes(heapUsed)}  ${clients.told()}`,
    )
    nextReportMs += 60_000
  }
  await new Promise((resolve) => setTimeout(resolve, sampleEveryMs))
}
clearInterval(changing)
await clients.stop()
await stop(child)
rmSync(folder, { recursive: true })

const [before, after] = [median(early), median(late)]
const growth = after / before
console.log(`${clients.told()}; ${changes} changes`)
console.log(`memory: ${mebibytes(before)}, then ${mebibytes(after)}: ${growth.toFixed(3)} times, at most ${maxGrowth}`)
for (const failure of clients.failures.slice(0, 20)) console.error(failure)
process.exitCode = growth <= maxGrowth && clients.failures.length === 0 ? 0 : 1

/** Another rule for a flag: all answers change, and what was compiled and kept before has to go. */
function change() {
  changes += 1
  const variants = { red: `red ${changes}`, blue: 'blue' }
  const flags = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `flag-${index}`,
      {
        state: 'ENABLED',
        variants,
        defaultVariant: 'red',
        targeting:
          index % 2 === 0 ? { if: [{ ends_with: [{ var: 'email' }, `${changes % 10}.example`] }, 'blue'] } : {},
      },
    ]),
  )
  // A reader never sees half of it.
  writeFileSync(`${file}.new`, JSON.stringify({ flags }))
  renameSync(`${file}.new`, file)
}

/** @param {readonly number[]} window */
function median([from, to]) {
  const sorted = samples
    .filter(({ at }) => at >= from && at <= to)
    .map(({ rss }) => rss)
    .toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
