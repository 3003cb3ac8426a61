/** The real flagd, where it is installed: a daemon on loopback that ends with the test. */
import { spawn, spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { freePort } from './redis-server.js'

const command = process.env['SWITCHYARD_FLAGD'] ?? 'flagd'

/** Whether there is a flagd: on the path, or where `SWITCHYARD_FLAGD` says. */
export const hasFlagd: boolean = spawnSync(command, ['version'], { stdio: 'ignore' }).status === 0

if (!hasFlagd) console.log('skipped: tests with flagd need flagd 0.16 on the path, or its file in SWITCHYARD_FLAGD')

export interface FlagdDaemon {
  /** All flags by OFREP, as they are in the answer. */
  flags(context: object): Promise<unknown>
  /** What it has printed. */
  log(): string
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
}

/**
 * Starts it over these sources and waits until it is ready, or has ended.
 *
 * @param sources as the argument of `--sources`
 */
export async function startFlagd(sources: readonly object[]): Promise<FlagdDaemon> {
  const [evaluation, management, sync, ofrep] = await Promise.all([freePort(), freePort(), freePort(), freePort()])
  const ports = ['--port', evaluation, '--management-port', management, '--sync-port', sync, '--ofrep-port', ofrep]
  const args = ['start', '--log-format', 'json', ...ports.map(String), '--sources', JSON.stringify(sources)]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const ready = async (): Promise<void> => {
    const isReady = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${management}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    while (child.exitCode === null && !(await isReady()));
  }
  await ready()
  return {
    ended,
    log: () => log,
    async flags(context) {
      const answer = await fetch(`http://127.0.0.1:${ofrep}/ofrep/v1/evaluate/flags`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ context }),
      })
      const { flags } = (await answer.json()) as { readonly flags: { readonly key: string }[] }
      return flags.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    },
  }
}
