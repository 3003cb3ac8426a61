// @ts-check
/** Runs the tests and counts them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandOf, run } from './run.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Shows vitest's own report as it comes; the counts are read from its JSON report.
 *
 * @param {{ slow: boolean }} options
 * @returns {Counts}
 */
export function runTests({ slow }) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-tests-'))
  const file = join(folder, 'report.json')
  const mode = slow ? ['--mode', 'slow', '--passWithNoTests'] : []
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { ok } = run([commandOf('vitest'), 'run', ...mode, ...reporters], { show: true })
    return withVerdict(readCounts(file), ok)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * A file that could not be loaded has no tests to report; it counts as one failure.
 *
 * @param {string} file
 * @returns {Counts}
 */
function readCounts(file) {
  let report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }
  }
  const unloaded = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ suite) =>
      suite.status === 'failed' && suite.assertionResults.length === 0,
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/**
 * An error outside every test (an unhandled rejection, a crash) fails the run without failing a test.
 *
 * @param {Counts} counts
 * @param {boolean} ok vitest's own verdict
 * @returns {Counts}
 */
function withVerdict(counts, ok) {
  return ok || counts.failed > 0 ? counts : { ...counts, failed: 1 }
}
