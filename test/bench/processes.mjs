/** Child processes of the benchmarks: started, awaited, ended by their own handle. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** For an answer that takes seconds on a busy machine. */
const deadlineMs = 30_000

/** Starts `node` with these arguments in the repository's root. */
export function startNode(args, env = {}) {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** The same with a channel for messages, see {@link told}. */
export function startNodeWithChannel(args, env = {}) {
  return spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
}

/**
 * Sends a message and waits for the next one that comes back.
 *
 * @param {number} [withinMs] how long
 */
export function told(child, message, withinMs = deadlineMs) {
  const answer = answered(child, withinMs)
  child.send(message)
  return answer
}

/** The next message of the process; an error when it does not come in time, or the process ends instead. */
export function answered(child, withinMs = deadlineMs) {
  return new Promise((resolve, reject) => {
    const finish = (settle, result) => {
      clearTimeout(timer)
      child.off('message', take)
      child.off('exit', end)
      settle(result)
    }
    const take = (message) => finish(resolve, message)
    const end = (code) => finish(reject, new Error(`${child.spawnargs.at(-1)} ended with ${code} before it answered`))
    const late = () => finish(reject, new Error(`${child.spawnargs.at(-1)} did not answer within ${withinMs} ms`))
    const timer = setTimeout(late, withinMs)
    child.once('message', take)
    child.once('exit', end)
  })
}

/** @returns {Promise<string>} what the first match of the pattern in the child's output captured */
export async function printed(child, pattern) {
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    const found = pattern.exec(output)
    if (found !== null) {
      child.stdout.resume()
      return found[1]
    }
  }
  throw new Error(`the process ended before it printed ${pattern}:\n${output}`)
}

/** A port that nobody has at the moment: for programs that cannot tell which one the system gave them. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/**
 * A relay on free ports, ready to answer.
 *
 * @param {Record<string, string>} settings what follows `SWITCHYARD_`
 * @param {(args: string[], env: Record<string, string>) => import('node:child_process').ChildProcess} [start]
 */
export async function startRelay(settings, start = startNode) {
  const variables = { SERVER__PORT: '0', MANAGEMENT__PORT: '0', LOG__LEVEL: 'info', LOG__FORMAT: 'json', ...settings }
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`SWITCHYARD_${name}`, value]))
  const child = start(['relay/bin/switchyard.js', 'serve'], env)
  const { dataUrl, managementUrl } = JSON.parse(await printed(child, /(\{[^\n]*"dataUrl"[^\n]*)\n/))
  while (!(await fetch(`${managementUrl}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
  return { child, dataUrl, managementUrl }
}
