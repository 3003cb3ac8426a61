/** Real `redis-server` processes on loopback, each in a folder of its own; nothing of them stays. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RedisServer {
  readonly port: number
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  close(): Promise<void>
}

/** Whether there is a `redis-server` on this machine. */
export const hasRedis: boolean = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

if (!hasRedis) console.log('skipped: tests with Redis need redis-server (apt-get install redis-server)')

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** @param settings lines of `redis.conf` besides port, folder and what keeps nothing on the disk */
export async function startRedis(settings: readonly string[] = [], known?: number): Promise<RedisServer> {
  return start([], (port) => [`port ${port}`, 'save ""', 'appendonly no', ...settings], known)
}

/** A sentinel that watches a master named `mymaster`, and by itself decides after a second of silence that it is dead. */
export async function startSentinel(masterPort: number): Promise<RedisServer> {
  const settings = [
    `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds mymaster 1000',
    'sentinel failover-timeout mymaster 5000',
  ]
  return start(['--sentinel'], (port) => [`port ${port}`, ...settings])
}

async function start(
  flags: readonly string[],
  settings: (port: number) => readonly string[],
  known?: number,
): Promise<RedisServer> {
  const port = known ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-redis-'))
  const file = join(folder, 'redis.conf')
  writeFileSync(file, [...settings(port), 'bind 127.0.0.1', `dir ${folder}`, 'daemonize no', ''].join('\n'))
  const child = spawn('redis-server', [file, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  await isReady(child)
  // A run that is broken off must leave nothing behind.
  const atExit = (): boolean => child.kill('SIGKILL')
  process.once('exit', atExit)
  child.once('exit', () => process.off('exit', atExit))
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill(signal)
      await ended
    }
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, kill: () => end('SIGKILL'), close: () => end('SIGKILL') }
}

function isReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (/Ready to accept connections|\+monitor/.test(said)) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)))
  })
}
