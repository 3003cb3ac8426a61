/**
 * `npm run fuzz`: hostile input on the build, for as long as it is told to. Prints its seed; a failure prints how to see it
 * again, and the exit code is 1.
 *
 *     --minutes M     how long; 10 when absent
 *     --seed N        what is made up; another one each time when absent
 *     --only TEXT     only the checks whose names contain it, such as `flagd`, `HTTP` or `scaling`
 *     --path P        only this one case of the check with just that name, as a failure names it
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { startRelay } from './relay-under-test.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', default: '' },
    path: { type: 'string' },
  },
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('--minutes takes a number above 0, --seed a whole number')
  process.exit(64)
}

/** What is stuck for so long will not come to an end, or as good as never. */
const stuckAfterMs = 120_000

/** Shared with the worker: cases begun, the seed of the round, and mistakes that the relay has logged. */
const progress = new Int32Array(new SharedArrayBuffer(12))
let checkName = 'before the first check'

const relay = await startRelay((mistake) => {
  console.error(mistake)
  Atomics.add(progress, 2, 1)
})
console.log(`seed ${seed}, for ${minutes} minutes`)
const { port, keys, requestTimeoutMs } = relay
const worker = new Worker(new URL('worker.mjs', import.meta.url), {
  workerData: { ...values, seed, minutes, progress, relay: { port, ...keys, requestTimeoutMs } },
})
worker.on('message', (name) => {
  checkName = name
})
worker.on('error', (error) => {
  console.error(`${checkName}: an exception that nothing caught; again: ${again()}\n`, error)
  process.exitCode = 1
})
worker.on('exit', (code) => {
  clearInterval(watch)
  process.exitCode ||= code
  void relay.stop()
})

let seen = { cases: -1, atMs: performance.now() }
const watch = setInterval(() => {
  const cases = Atomics.load(progress, 0)
  if (cases !== seen.cases) seen = { cases, atMs: performance.now() }
  if (performance.now() - seen.atMs < stuckAfterMs) return
  console.error(`${checkName}: stuck in one case for two minutes; again: ${again()}`)
  process.exitCode = 1
  void worker.terminate()
}, 1_000)

function again() {
  return `npm run fuzz -- --only ${JSON.stringify(checkName)} --seed ${Atomics.load(progress, 1)}`
}
