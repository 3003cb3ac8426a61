/** Debian's Prometheus, where it is installed. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { freePort } from '../upstreams/redis-server.js'

const [server, tool] = ['/usr/bin/prometheus', '/usr/bin/promtool']

/** Without it, suites of alerts and dashboards say in one line that they did not run. */
export const hasPrometheus: boolean = existsSync(server) && existsSync(tool)

if (!hasPrometheus) console.log(`skipped: tests of alerts need ${server} (apt-get install prometheus)`)

/** What `promtool` says, and whether it is content. */
export function promtool(...args: readonly string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' })
  return { ok: status === 0, output: stdout + stderr }
}

/**
 * Starts Prometheus with a configuration and an empty store in a folder; it ends with the test.
 *
 * @returns its address, ready or not
 */
export async function startPrometheus(configuration: string, folder: string): Promise<string> {
  // It does not tell which port it has got, so it cannot choose for itself.
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    server,
    [`--config.file=${configuration}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`],
    { stdio: 'ignore' },
  )
  onTestFinished(async () => {
    if (child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await ended
  })
  return `http://${address}`
}
