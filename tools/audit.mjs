// @ts-check
/**
 * `npm run audit`: asks the registry whether a vulnerability is known in a package that relay or provider bring with them. Exits 0 when it
 * was asked and knows of none, 1 when it knows of some, and 3 when it could not be asked: that is no good news, and no release.
 */
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { root } from './run.mjs'

/**
 * @typedef {object} Verdict
 * @property {0 | 1 | 3} code the exit code
 * @property {string} text one line or more
 */

/**
 * What the output of `npm audit --json` means. Without a network npm reports that it has found nothing, having asked nobody; so that it
 * may ask is checked before.
 *
 * @param {string} output
 * @returns {Verdict}
 */
export function verdictOf(output) {
  /** @type {{ auditReportVersion?: number, message?: string, error?: { summary?: string }, vulnerabilities?: Record<string, { severity: string, range: string }> }} */
  let report
  try {
    report = JSON.parse(output)
  } catch {
    return notRun('npm gave no report')
  }
  if (report.auditReportVersion === undefined || report.vulnerabilities === undefined) {
    return notRun(report.message ?? report.error?.summary ?? 'the registry gave no report')
  }
  const found = Object.entries(report.vulnerabilities)
  if (found.length === 0) return { code: 0, text: 'audit: the registry knows of no vulnerability in what is shipped' }
  const lines = found.map(([name, { severity, range }]) => `  ${severity}: ${name} ${range}`)
  return { code: 1, text: [`audit: ${found.length} packages that are shipped are vulnerable`, ...lines].join('\n') }
}

/** @param {string} reason @returns {Verdict} */
function notRun(reason) {
  const advice = 'nothing is known of vulnerabilities; run it where the registry answers before a release'
  return { code: 3, text: `audit: NOT RUN (${reason.split('\n', 1)[0]}): ${advice}` }
}

/** @returns {Verdict} */
function audit() {
  if (/^(true|1)$/.test(process.env['npm_config_offline'] ?? '')) return notRun('npm is configured to be offline')
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' })
  return error === undefined ? verdictOf(stdout) : notRun(error.message)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { code, text } = audit()
  console.log(text)
  process.exitCode = code
}
