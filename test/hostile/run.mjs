/**
 * `npm run hostile`: hostile requests against both planes of a relay. Exits 1 when it crashed, answered with a fault it did not choose,
 * was slower than 50 times the median, or told a secret.
 *
 *     --requests N    how many; 100,000 when absent
 *     --seed N        what is made up; 1 when absent
 */
import { parseArgs } from 'node:util'
import { attack } from './attack.mjs'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
const [requests, seed] = [Number(values.requests), Number(values.seed)]
if (!Number.isInteger(requests) || requests < 1 || !Number.isInteger(seed)) {
  console.error('--requests and --seed take whole numbers, --requests from 1 on')
  process.exit(64)
}

const report = await attack({
  requests,
  seed,
  onProgress: (sent) => {
    if (sent % 10_000 === 0) console.log(`${sent} sent`)
  },
})
const { sent, medianMs, slowestMs, askedAgain, slowestAgainMs, statuses, findings, lines } = report
for (const [name, count] of [...statuses].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${String(count).padStart(8)}  ${name}`)
console.log(`${sent} requests; median ${medianMs.toFixed(2)} ms, slowest ${slowestMs.toFixed(1)} ms`)
console.log(
  `${askedAgain} above 50 times the median; asked again alone, the slowest took ${slowestAgainMs.toFixed(2)} ms`,
)
console.log(`${lines} lines of log; ${findings.length} findings`)
for (const finding of findings.slice(0, 50)) console.error(finding)
process.exitCode = findings.length === 0 ? 0 : 1
