// @ts-check
/**
 * `npm test`: the static checks, then the tests. `--slow` (`npm run test:slow`): the build, then the slow tests.
 *
 * Everything runs even when something before it failed. Each check counts as one; the last line is the sum, alone:
 * `12 passed, 0 failed`, with `, 3 skipped` where tests said that they did not run. The exit code is 1 when anything failed.
 */
import { commandOf, run } from './run.mjs'
import { runTests } from './vitest.mjs'

const slow = process.argv.includes('--slow')

/** In this order, because types and dead code read what the build writes. */
const checks = [
  { name: 'build', script: ['tools/build.mjs'] },
  { name: 'format', script: [commandOf('prettier'), '--check', '.'] },
  { name: 'lint', script: [commandOf('oxlint')] },
  { name: 'types of tests and tools', script: [commandOf('typescript', 'tsc'), '-p', 'tsconfig.test.json'] },
  { name: 'dead code', script: [commandOf('knip')] },
].filter(({ name }) => !slow || name === 'build')

let failedChecks = 0
for (const { name, script } of checks) {
  const startedMs = performance.now()
  const { ok, output } = run(script)
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
  console.log(`${ok ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`)
  if (ok) continue
  failedChecks += 1
  console.log(output)
}

const tests = runTests({ slow })
const passed = tests.passed + checks.length - failedChecks
const failed = tests.failed + failedChecks
const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''
console.log(`\n${passed} passed, ${failed} failed${skipped}`)
process.exitCode = failed > 0 ? 1 : 0
